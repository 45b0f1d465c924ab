#include "common/base/clock.hpp"

#include <gtest/gtest.h>

#include <random>

namespace metricstream {
namespace {

TEST(FloorTo, IsTheMultipleAtOrBelow) {
  std::mt19937_64 random(9);
  for (int i = 0; i < 20'000; ++i) {
    const TimeNs width = 1 + static_cast<TimeNs>(random() % 1'000'000);
    const TimeNs time = static_cast<TimeNs>(random() >> 2U) * (i % 2 == 0 ? 1 : -1);
    const TimeNs floor = floor_to(time, width);
    EXPECT_EQ(floor % width, 0);
    EXPECT_LE(floor, time);
    EXPECT_LT(time - floor, width);
  }
  EXPECT_EQ(floor_to(-1, kMinute), -kMinute);
  EXPECT_EQ(floor_to(-kMinute, kMinute), -kMinute);
}

TEST(BootTime, NeverGoesBack) {
  TimeNs last = boot_time_ns();
  for (int i = 0; i < 1000; ++i) {
    const TimeNs now = boot_time_ns();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace metricstream
