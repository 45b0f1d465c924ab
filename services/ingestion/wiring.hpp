#pragma once

#include "common/base/result.hpp"
#include "common/http/server.hpp"
#include "common/kafka/settings.hpp"
#include "services/ingestion/ingest_handler.hpp"
#include "services/ingestion/settings.hpp"

// The settings as each part of the service wants them. Pure, but for the password file that kafka.security may name.
namespace metricstream::ingestion {

constexpr std::string_view kProgram = "metricstream-ingest";

[[nodiscard]] std::size_t thread_count(const HttpSettings& http);
[[nodiscard]] http::ServerOptions public_server_options(const IngestSettings& settings);
[[nodiscard]] http::ServerOptions admin_server_options(const IngestSettings& settings);
[[nodiscard]] IngestOptions ingest_options(const IngestSettings& settings);
[[nodiscard]] QueueLimits queue_limits(const ProducerLimits& producer);
[[nodiscard]] Result<kafka::ProducerSettings> producer_settings(const IngestSettings& settings);

}  // namespace metricstream::ingestion
