#include "common/influx/setup_plan.hpp"

#include <gtest/gtest.h>

namespace metricstream::influx {
namespace {

using State = SetupItem::State;
using std::chrono::hours;

InfluxSeries table(std::vector<std::string> columns, std::vector<std::vector<InfluxValue>> rows) {
  return {.name = "", .tags = {}, .columns = std::move(columns), .rows = std::move(rows)};
}

const std::vector<Policy> kTwo{{"raw", hours{168}, hours{24}}, {"1m", hours{2160}, hours{24}}};

TEST(SetupPlan, AnEmptyServerGetsTheDatabaseWithItsFirstPolicyAndThenTheOthers) {
  const auto plan = plan_database({}, kTwo, {}, {});
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_EQ(plan[0].request,
            R"(CREATE DATABASE "metrics" WITH DURATION 604800s REPLICATION 1 SHARD DURATION 86400s NAME "raw")");
  EXPECT_EQ(plan[1].request,
            R"(CREATE RETENTION POLICY "1m" ON "metrics" DURATION 7776000s REPLICATION 1 SHARD DURATION 86400s)");
  for (const auto& item : plan) EXPECT_EQ(item.state, State::missing);
}

TEST(SetupPlan, WhatIsThereIsComparedAndNeverTouched) {
  const std::vector databases{table({"name"}, {{"_internal"}, {"metrics"}})};
  const std::vector retention{table({"name", "duration", "shardGroupDuration", "replicaN", "default"},
                                    {{"autogen", "0s", "168h0m0s", std::int64_t{1}, true},
                                     {"raw", "168h0m0s", "24h0m0s", std::int64_t{1}, false},
                                     {"1m", "720h0m0s", "24h0m0s", std::int64_t{1}, false}})};
  const auto plan = plan_database({}, kTwo, databases, retention);
  ASSERT_EQ(plan.size(), 3U);
  EXPECT_EQ(plan[0].state, State::exists);
  EXPECT_EQ(plan[1].state, State::differs) << "not the default";
  EXPECT_EQ(plan[2].state, State::differs) << "30 days instead of 90";
  EXPECT_NE(plan[2].detail.find("expected"), std::string::npos) << plan[2].detail;
  for (const auto& item : plan) EXPECT_EQ(item.request, "") << "nothing may be sent";
}

TEST(SetupPlan, BucketsAreCreatedWithRetentionAndShardGroups) {
  Endpoint endpoint;
  endpoint.version = Version::v2;
  const std::vector<InfluxBucket> buckets{{"b1", "o1", "metrics/1m", 30 * 86400, 86400}, {"b2", "o1", "other", 0, 0}};
  const auto plan = plan_buckets(endpoint, kTwo, "o1", buckets);
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_EQ(plan[0].state, State::missing);
  EXPECT_EQ(plan[0].request,
            R"({"name":"metrics/raw","orgID":"o1","retentionRules":[{"type":"expire","everySeconds":604800,)"
            R"("shardGroupDurationSeconds":86400}]})");
  EXPECT_EQ(plan[1].state, State::differs);
  EXPECT_EQ(plan[1].request, "");
}

TEST(SetupPlan, TheStandardPoliciesAreThoseOfTheGuarantees) {
  std::string names;
  for (const Policy& policy : standard_policies()) names += policy.name + " ";
  EXPECT_EQ(names, "raw 1s 10s 1m 1h 1d ");
}

}  // namespace
}  // namespace metricstream::influx
