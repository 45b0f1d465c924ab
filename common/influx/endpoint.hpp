#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"
#include "common/influx/policy.hpp"

namespace metricstream::influx {

enum class Version : std::uint8_t { v1 = 1, v2 = 2 };

// Where an InfluxDB is and how we present ourselves. 1.x: database, and user and password where it asks for them.
// 2.x: organisation, token, and the prefix of the buckets ("metrics" gives metrics/raw, metrics/1m, ...).
struct Endpoint {
  Version version = Version::v1;
  std::string url = "http://127.0.0.1:8086";  // scheme, host, port and perhaps a path before /write
  std::string database = "metrics";           // 1.x
  std::string user;                           // 1.x, empty: no authentication
  Secret password;                            // 1.x
  std::string org;                            // 2.x
  std::string bucket_prefix = "metrics";      // 2.x
  Secret token;                               // 2.x
};

// Request targets, percent-encoded; they go behind the path of `url`.
[[nodiscard]] std::string write_target(const Endpoint& endpoint, std::string_view policy);
// InfluxQL over /query, which 2.x understands too, because it maps database and policy to the bucket of that name.
[[nodiscard]] std::string query_target(const Endpoint& endpoint, std::string_view policy, std::string_view influxql);
[[nodiscard]] std::string bucket_name(const Endpoint& endpoint, std::string_view policy);

// The value of the Authorization header; empty: none is sent.
[[nodiscard]] std::string authorization(const Endpoint& endpoint);

// Everything but letters, digits and "-._~" as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

// InfluxQL: a double-quoted identifier and a single-quoted string, for any bytes.
[[nodiscard]] std::string quoted_identifier(std::string_view name);
[[nodiscard]] std::string quoted_string(std::string_view text);

}  // namespace metricstream::influx
