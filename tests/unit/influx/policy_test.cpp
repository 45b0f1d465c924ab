#include "common/influx/policy.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <random>

namespace metricstream::influx {
namespace {

using std::chrono::hours;
constexpr hours kDay{24};

TEST(Policy, TheDefaultsAreThoseOfTheGuarantees) {
  struct Row {
    const char* name;
    hours duration;
    hours shard_duration;
  };
  const Row rows[] = {{"raw", 7 * kDay, kDay}, {"1s", kDay, hours{1}},          {"10s", 7 * kDay, kDay},
                      {"1m", 90 * kDay, kDay}, {"1h", 365 * kDay, 7 * kDay},    {"1d", 5 * 365 * kDay, 7 * kDay},
                      {"30s", 7 * kDay, kDay}, {"500ms", kDay, hours{1}},       {"5m", 90 * kDay, kDay},
                      {"2s", kDay, hours{1}},  {"7d", 5 * 365 * kDay, 7 * kDay}};
  for (const Row& row : rows) {
    const auto policy = default_policy(row.name);
    ASSERT_TRUE(policy) << row.name;
    EXPECT_EQ(*policy, (Policy{row.name, row.duration, row.shard_duration})) << row.name;
  }
}

TEST(Policy, ANameThatIsNoSizeIsRefusedWithWhatWouldBeRight) {
  for (const auto* name : {"", "fast", "0s", "10", "-1m"}) {
    const auto policy = default_policy(name);
    ASSERT_FALSE(policy) << name;
    EXPECT_NE(policy.error().message.find("\"10s\""), std::string::npos);
  }
}

TEST(Policy, WeeklyShardGroupsBeginOnMondayAndTheOthersOnTheHourOrDay) {
  std::mt19937_64 random{7};
  const Policy weekly{"1h", 365 * kDay, 7 * kDay};
  for (int i = 0; i < 20'000; ++i) {
    const TimeNs time = static_cast<TimeNs>(random() >> 1U) - (std::int64_t{1} << 62U);
    for (const hours width : {hours{1}, kDay, 7 * kDay}) {
      const TimeNs start = shard_group_start({"p", 365 * kDay, width}, time);
      ASSERT_LE(start, time);
      ASSERT_LT(time - start, to_ns(width));
      ASSERT_EQ(start % kHour, 0);
      ASSERT_EQ(shard_group_start({"p", 365 * kDay, width}, start), start);
    }
    const std::time_t monday = shard_group_start(weekly, time) / kSecond;
    std::tm parts{};
    ASSERT_NE(gmtime_r(&monday, &parts), nullptr);
    ASSERT_EQ(parts.tm_wday, 1);
    ASSERT_EQ(parts.tm_hour, 0);
  }
}

TEST(Policy, APointExpiresTenMinutesBeforeTheStoreWouldRefuseIt) {
  const Policy policy{"1s", kDay, hours{1}};
  EXPECT_EQ(expiry_limit(policy, 10 * 24 * kHour), 9 * 24 * kHour + 10 * kMinute);
}

}  // namespace
}  // namespace metricstream::influx
