#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "common/base/byte_size.hpp"
#include "common/codec/json_batch.hpp"
#include "common/config/shared_settings.hpp"
#include "common/log/settings.hpp"
#include "services/ingestion/http_settings.hpp"
#include "services/ingestion/limits/settings.hpp"

namespace metricstream::ingestion {

// How a client says who it is. `none` is for trusted networks: the request itself names the client.
enum class AuthMode : std::uint8_t { none, api_key };

struct AuthSettings {
  AuthMode mode = AuthMode::none;
  std::string keys_file = "/etc/metricstream/keys.yaml";
  std::string pepper_file = "/etc/metricstream/keys.pepper";
};

// One line a request at level info, bounded.
struct AccessLogSettings {
  double sample_ratio = 0;  // 0: none, 1: all
  std::uint32_t max_lines_per_second = 100;
};

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
  AccessLogSettings access_log;
  AuthSettings auth;
  limits::RateLimitSettings rate_limits;
  limits::AdmissionSettings admission;
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
