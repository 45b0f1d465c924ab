#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/config/schema.hpp"
#include "common/influx/endpoint.hpp"
#include "common/influx/policy.hpp"

namespace metricstream::influx {

constexpr auto enum_names(Version) {
  return std::to_array<config::EnumName<Version>>({{"1", Version::v1}, {"2", Version::v2}});
}

// What departs from the default of one policy.
struct PolicySettings {
  std::string size;  // "raw" or a window size
  std::string name;  // empty: as the size
  std::optional<std::chrono::seconds> duration;
  std::optional<std::chrono::seconds> shard_duration;
};

// The part of a configuration that says where InfluxDB is: the aggregator's sink and the admin program read it.
// Field names are those of aggregator.yaml.
struct EndpointSettings {
  Version version = Version::v1;
  std::string url = "http://127.0.0.1:8086";
  std::string database = "metrics";  // 1.x
  std::string username;              // 1.x
  std::string password_file;         // 1.x
  std::string org;                   // 2.x
  std::string bucket = "metrics";    // 2.x: prefix of the buckets
  std::string token_file;            // 2.x
  std::vector<PolicySettings> policies;
};

void describe(config::Schema& schema, PolicySettings& policy);
void describe(config::Schema& schema, EndpointSettings& endpoint);

// Reads the secret files (a trailing newline is dropped); the failure names the setting and the file.
[[nodiscard]] Result<Endpoint> load_endpoint(const EndpointSettings& settings);

// The policy that holds "raw" samples or windows of a size, such as "1m".
[[nodiscard]] Result<Policy> policy_for(const EndpointSettings& settings, std::string_view size);

}  // namespace metricstream::influx
