#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

namespace metricstream::influx {

// A retention policy (1.x) or bucket (2.x): "raw" for single samples, else named like the window size it holds ("1m").
// One a size, because windows of several sizes share measurement, tags and start time and would overwrite each other.
struct Policy {
  std::string name;
  std::chrono::nanoseconds duration{};        // older points are refused by the store
  std::chrono::nanoseconds shard_duration{};  // whole seconds; a request stays within one shard group
  auto operator<=>(const Policy&) const = default;
};

// raw 7d, 1s 1d, 10s 7d, 1m 90d, 1h 1y, 1d 5y; another size gets the duration of the next smaller of these.
// The failure says that `name` is neither "raw" nor a duration.
[[nodiscard]] Result<Policy> default_policy(std::string_view name);

// InfluxDB's own choice for a policy of this duration: below 2 d 1 h, up to 180 d 1 d, else 7 d.
[[nodiscard]] std::chrono::nanoseconds default_shard_duration(std::chrono::nanoseconds policy_duration);

// Start of the shard group that holds `time`. InfluxDB truncates from the year 1 (Go's Time.Truncate), so that groups
// of 7 days begin on Mondays, not on the Thursdays that counting from 1970 would give.
[[nodiscard]] TimeNs shard_group_start(const Policy& policy, TimeNs time);

// Points before this are not sent: the store would refuse them, and the good ones would hide behind its 400.
// Ten minutes of margin cover the way to the store and differing clocks.
[[nodiscard]] TimeNs expiry_limit(const Policy& policy, TimeNs now);

}  // namespace metricstream::influx
