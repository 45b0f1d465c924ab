#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "common/base/byte_size.hpp"
#include "common/codec/json_batch.hpp"
#include "common/config/shared_settings.hpp"
#include "common/log/settings.hpp"

namespace metricstream::ingestion {

struct HttpLimits {
  ByteSize header_size{8 * 1024};
  std::uint32_t header_fields = 64;
  ByteSize target_size{1024};
  ByteSize body_size{1024 * 1024};
  std::uint32_t connections = 10'000;
};

struct HttpTimeouts {
  std::chrono::milliseconds header{5'000};
  std::chrono::milliseconds body{10'000};
  std::chrono::milliseconds write{10'000};
  std::chrono::milliseconds idle{75'000};
  std::chrono::milliseconds acknowledge{10'000};  // of Kafka; then 503, while the message lives on
  std::chrono::milliseconds shutdown_delay{5'000};
  std::chrono::milliseconds shutdown{20'000};
};

struct HttpSettings {
  std::string listen = "0.0.0.0:8080";
  std::uint32_t threads = 0;  // 0: one for each processor
  HttpLimits limits;
  HttpTimeouts timeouts;
};

// How a client says who it is. `none` is for trusted networks: the request itself names the client.
enum class AuthMode : std::uint8_t { none };

struct SampleLimits {
  std::uint32_t samples = 1000;
  std::uint32_t depth = 8;
  ByteSize name_size{128};
  std::uint32_t tags = 20;
  ByteSize tag_key_size{64};
  ByteSize tag_value_size{256};
};

struct ProducerLimits {
  std::chrono::milliseconds message_timeout{30'000};
  ByteSize max_record_size{1'000'000};
  std::uint32_t queue_records = 20'000;
  ByteSize queue_size{std::uint64_t{128} * 1024 * 1024};
};

// Everything in config/ingest.yaml; the names of the members are the names in the file.
struct IngestSettings {
  HttpSettings http;
  AuthMode auth_mode = AuthMode::none;
  SampleLimits limits;
  TimeSettings time;
  NamePolicy normalize = NamePolicy::none;
  std::map<std::string, std::string> attributes;
  KafkaSettings kafka;
  ProducerLimits producer;
  AdminSettings admin{"127.0.0.1:8081"};
  LogSettings log;

  [[nodiscard]] DecodeOptions decode_options() const;
};

void describe(config::Schema& schema, IngestSettings& settings);

}  // namespace metricstream::ingestion
