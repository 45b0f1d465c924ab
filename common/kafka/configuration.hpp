#pragma once

#include "common/base/result.hpp"
#include "common/config/shared_settings.hpp"
#include "common/kafka/settings.hpp"
#include "common/log/logger.hpp"

namespace metricstream::kafka {

// The `kafka:` section of a service's configuration as a client wants it; reads the password file. The failure names
// the setting and the file.
[[nodiscard]] Result<ClientSettings> client_settings(const KafkaSettings& settings, const std::string& client_id);

// librdkafka's lines into the service's own log, a repeated one at most once in 10 s.
[[nodiscard]] LogCallback log_to(Logger logger);

}  // namespace metricstream::kafka
