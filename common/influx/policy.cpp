#include "common/influx/policy.hpp"

#include <array>

#include "common/base/duration.hpp"

namespace metricstream::influx {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;

constexpr hours kDay{24};

struct Default {
  std::string_view name;
  nanoseconds size;
  nanoseconds duration;
};
constexpr std::array<Default, 5> kWindowDefaults{{
    {"1s", std::chrono::seconds{1}, kDay},
    {"10s", std::chrono::seconds{10}, 7 * kDay},
    {"1m", std::chrono::minutes{1}, 90 * kDay},
    {"1h", hours{1}, 365 * kDay},
    {"1d", kDay, 5 * 365 * kDay},
}};

constexpr TimeNs kExpiryMargin = 10 * kMinute;
constexpr std::int64_t kSecondsFromYearOneTo1970 = 62'135'596'800;

}  // namespace

std::chrono::nanoseconds default_shard_duration(std::chrono::nanoseconds policy_duration) {
  if (policy_duration < 2 * kDay) return hours{1};
  if (policy_duration <= 180 * kDay) return kDay;
  return 7 * kDay;
}

Result<Policy> default_policy(std::string_view name) {
  if (name == "raw") return Policy{"raw", 7 * kDay, kDay};
  const auto size = parse_duration(name);
  if (!size || size->count() <= 0) {
    return fail("retention policy \"" + std::string{name} +
                R"(": expected "raw" or a window size such as "10s", "1m" or "1h")");
  }
  const Default* best = kWindowDefaults.data();
  for (const Default& candidate : kWindowDefaults) {
    if (candidate.size <= *size) best = &candidate;
  }
  return Policy{std::string{name}, best->duration, default_shard_duration(best->duration)};
}

TimeNs shard_group_start(const Policy& policy, TimeNs time) {
  // 1970 lies so many seconds into a group that counts from the year 1; the sum itself would not fit 64 bits of ns.
  const TimeNs width = to_ns(policy.shard_duration);
  const TimeNs shift = (kSecondsFromYearOneTo1970 % (width / kSecond)) * kSecond;
  const TimeNs start_1970 = -shift;
  return floor_to(time - start_1970, width) + start_1970;
}

TimeNs expiry_limit(const Policy& policy, TimeNs now) { return now - to_ns(policy.duration) + kExpiryMargin; }

}  // namespace metricstream::influx
