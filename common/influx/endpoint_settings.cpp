#include "common/influx/endpoint_settings.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include "common/base/duration.hpp"
#include "common/http/url.hpp"

namespace metricstream::influx {
namespace {

Result<Secret> read_secret(std::string_view setting, const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return fail(std::string{setting} + ": cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  std::string value = std::move(text).str();
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  if (value.empty()) return fail(std::string{setting} + ": " + path + " is empty, expected the secret on one line");
  return Secret{std::move(value)};
}

void validate_version(const EndpointSettings& endpoint, config::Report& report) {
  if (const auto url = http::parse_url(endpoint.url); !url) report.error("url", url.error().message);
  if (endpoint.version == Version::v1) {
    if (endpoint.database.empty()) report.error("database", "is needed by version 1");
    if (!endpoint.token_file.empty()) report.warning("token_file", "has no effect with version 1");
    if (!endpoint.username.empty() && endpoint.password_file.empty()) {
      report.error("password_file", "is needed with a username");
    }
    return;
  }
  if (endpoint.org.empty()) report.error("org", "is needed by version 2");
  if (endpoint.bucket.empty()) report.error("bucket", "is needed by version 2: the prefix of the buckets");
  if (!endpoint.username.empty()) report.warning("username", "has no effect with version 2");
}

void validate_policies(const EndpointSettings& endpoint, config::Report& report) {
  std::set<std::string> sizes;
  for (std::size_t i = 0; i < endpoint.policies.size(); ++i) {
    const PolicySettings& policy = endpoint.policies[i];
    const std::string path = "policies[" + std::to_string(i) + "]";
    if (const auto known = default_policy(policy.size); !known) report.error(path + ".size", known.error().message);
    if (!sizes.insert(policy.size).second) report.error(path + ".size", policy.size + " is listed twice");
    if (policy.duration.value_or(std::chrono::hours{1}) < std::chrono::hours{1}) {
      report.error(path + ".duration", "InfluxDB's shortest retention is 1h");
    }
    if (policy.shard_duration.value_or(std::chrono::hours{1}) < std::chrono::hours{1}) {
      report.error(path + ".shard_duration", "InfluxDB's shortest shard group is 1h");
    }
  }
}

}  // namespace

void describe(config::Schema& schema, PolicySettings& policy) {
  schema.field("size", policy.size, "\"raw\" for single samples, or a window size.", config::not_empty());
  schema.field("name", policy.name, "Retention policy (1.x), or bucket behind the prefix (2.x); empty: as the size.");
  schema.field("duration", policy.duration, "How long the store keeps points.");
  schema.field("shard_duration", policy.shard_duration, "Shard group duration; must be what the store has.");
}

void describe(config::Schema& schema, EndpointSettings& endpoint) {
  schema.field("version", endpoint.version, "Write API: 1 is /write, 2 is /api/v2/write.");
  schema.field("url", endpoint.url, "Where InfluxDB answers.", config::http_url());
  schema.field("database", endpoint.database, "Version 1: the database.");
  schema.field("username", endpoint.username, "Version 1: user, where the server asks for one.");
  schema.field("password_file", endpoint.password_file, "Version 1: file with the user's password.");
  schema.field("org", endpoint.org, "Version 2: the organisation.");
  schema.field("bucket", endpoint.bucket, "Version 2: prefix of the buckets: metrics gives metrics/raw, metrics/1m.");
  schema.field("token_file", endpoint.token_file, "Version 2: file with a token that may write to the buckets.");
  schema.list("policies", endpoint.policies, "Departures from the default retention policies, by size.");
  schema.validate([&endpoint](config::Report& report) {
    validate_version(endpoint, report);
    validate_policies(endpoint, report);
  });
}

Result<Endpoint> load_endpoint(const EndpointSettings& settings) {
  Endpoint endpoint{.version = settings.version,
                    .url = settings.url,
                    .database = settings.database,
                    .user = settings.username,
                    .password = {},
                    .org = settings.org,
                    .bucket_prefix = settings.bucket,
                    .token = {}};
  if (settings.version == Version::v1 && !settings.username.empty()) {
    auto password = read_secret("password_file", settings.password_file);
    if (!password) return std::unexpected{password.error()};
    endpoint.password = std::move(*password);
  }
  if (settings.version == Version::v2 && !settings.token_file.empty()) {
    auto token = read_secret("token_file", settings.token_file);
    if (!token) return std::unexpected{token.error()};
    endpoint.token = std::move(*token);
  }
  return endpoint;
}

Result<Policy> policy_for(const EndpointSettings& settings, std::string_view size) {
  auto policy = default_policy(size);
  if (!policy) return policy;
  for (const PolicySettings& own : settings.policies) {
    if (own.size != size) continue;
    if (!own.name.empty()) policy->name = own.name;
    if (own.duration) policy->duration = *own.duration;
    policy->shard_duration = own.shard_duration ? *own.shard_duration : default_shard_duration(policy->duration);
  }
  return policy;
}

}  // namespace metricstream::influx
