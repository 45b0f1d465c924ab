#pragma once

#include <cstdint>
#include <string>

#include "common/base/byte_size.hpp"
#include "common/config/schema.hpp"
#include "services/ingestion/limits/admission.hpp"
#include "services/ingestion/limits/quota.hpp"
#include "services/ingestion/limits/rate_limiter.hpp"

namespace metricstream::limits {

// rate_limits of config/ingest.yaml.
struct RateLimitSettings {
  ClientLimits client;
  std::string overrides_file;
  bool headers = false;
  std::uint32_t retry_jitter = 25;
  std::uint32_t clients = 65'536;
  std::uint32_t hosts = 65'536;

  // `has_keys`: clients come from a key file, which bounds them.
  [[nodiscard]] TableSizes table_sizes(bool has_keys) const;
};
void describe(config::Schema& schema, RateLimitSettings& settings);

// admission of config/ingest.yaml.
struct AdmissionSettings {
  ByteSize in_flight_size{std::uint64_t{256} * 1024 * 1024};
  std::uint32_t queue_fill = 80;
  std::chrono::milliseconds max_delay{20};

  [[nodiscard]] AdmissionLimits limits() const;
};
void describe(config::Schema& schema, AdmissionSettings& settings);

}  // namespace metricstream::limits
