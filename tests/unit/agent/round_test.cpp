#include "services/agent/round.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>

#include "services/agent/schedule.hpp"

namespace metricstream::agent {
namespace {

TEST(Schedule, RoundsAreAnIntervalApartAndNeverNow) {
  std::mt19937_64 random(1);
  for (int run = 0; run < 1000; ++run) {
    const auto interval = static_cast<TimeNs>(1 + random() % static_cast<std::uint64_t>(kMinute));
    const auto phase = static_cast<TimeNs>(random() % static_cast<std::uint64_t>(interval));
    const auto now = static_cast<TimeNs>(random() % static_cast<std::uint64_t>(1'000'000 * kHour));
    const TimeNs next = next_round(now, interval, phase);
    EXPECT_GT(next, now);
    EXPECT_LE(next, now + interval);
    EXPECT_EQ((next - phase) % interval, 0);
    EXPECT_EQ(next_round(next, interval, phase), next + interval);
  }
}

TEST(Schedule, AHostKeepsItsPhaseAndHostsAreSpread) {
  constexpr TimeNs kInterval = 10 * kSecond;
  EXPECT_EQ(phase_of("web-01", kInterval), phase_of("web-01", kInterval));
  int first_half = 0;
  for (int i = 0; i < 1000; ++i) first_half += phase_of("web-" + std::to_string(i), kInterval) < kInterval / 2 ? 1 : 0;
  EXPECT_GT(first_half, 400);
  EXPECT_LT(first_half, 600);
}

class Scripted final : public Collector {
 public:
  Scripted(std::vector<double> values, bool fails) : values_(std::move(values)), fails_(fails) {}
  [[nodiscard]] std::string_view name() const override { return "scripted"; }
  [[nodiscard]] Result<void> collect(CollectionTime now, Samples& out) override {
    for (const double value : values_) out.push_back({"n", value, now.wall, MetricType::gauge, "", {}});
    if (fails_) return fail("broken");
    return {};
  }

 private:
  std::vector<double> values_;
  bool fails_;
};

TEST(Round, AFailingCollectorLeavesNothingBehindAndTheOthersGoOn) {
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(std::make_unique<Scripted>(std::vector{1.0}, false));
  collectors.push_back(std::make_unique<Scripted>(std::vector{2.0, 3.0}, true));
  collectors.push_back(std::make_unique<Scripted>(std::vector{4.0}, false));
  const Round round = collect_round(collectors, {.wall = 1'234'567'890, .steady = 0});
  ASSERT_EQ(round.samples.size(), 2U);
  EXPECT_EQ(round.samples[0].value, 1);
  EXPECT_EQ(round.samples[1].value, 4);
  EXPECT_EQ(round.samples[1].time, 1'234'000'000) << "cut to milliseconds";
  ASSERT_EQ(round.failures.size(), 1U);
  EXPECT_EQ(round.failures[0].message, "broken");
}

TEST(Round, WhatIsNoNumberIsNoSample) {
  std::vector<std::unique_ptr<Collector>> collectors;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  collectors.push_back(std::make_unique<Scripted>(std::vector{kInfinity, 1.0, -kInfinity}, false));
  EXPECT_EQ(collect_round(collectors, {}).samples.size(), 1U);
}

}  // namespace
}  // namespace metricstream::agent
