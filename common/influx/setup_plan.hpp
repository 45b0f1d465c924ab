#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/codec/influx_json.hpp"
#include "common/influx/endpoint.hpp"
#include "common/influx/policy.hpp"

// What has to be made in InfluxDB before anything can be written, as data: nothing here talks to it.
namespace metricstream::influx {

struct SetupItem {
  enum class State : std::uint8_t {
    exists,   // as it should be
    missing,  // `request` creates it
    differs,  // is there, but not as it should be: left alone, `detail` says how to change it
  };
  State state;
  std::string name;     // "database metrics", "retention policy 1m", "bucket metrics/1m"
  std::string detail;   // for people
  std::string request;  // of a missing one: an InfluxQL statement (1.x), the body of POST /api/v2/buckets (2.x)
};

[[nodiscard]] std::string_view to_string(SetupItem::State state);

// In the order in which they have to be made.
using SetupPlan = std::vector<SetupItem>;

// 1.x. `databases`: answer of SHOW DATABASES; `retention`: of SHOW RETENTION POLICIES ON the database, empty where it
// does not exist. The first policy becomes the database's default where the database is created here.
[[nodiscard]] SetupPlan plan_database(const Endpoint& endpoint, std::span<const Policy> policies,
                                      std::span<const InfluxSeries> databases, std::span<const InfluxSeries> retention);

// 2.x.
[[nodiscard]] SetupPlan plan_buckets(const Endpoint& endpoint, std::span<const Policy> policies,
                                     std::string_view org_id, std::span<const InfluxBucket> buckets);

// raw and the window sizes of the guarantees: what is set up unless a configuration says otherwise.
[[nodiscard]] std::vector<Policy> standard_policies();

}  // namespace metricstream::influx
