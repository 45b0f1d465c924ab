#include "common/log/throttle.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace metricstream {
namespace {

TEST(Throttle, LetsTheFirstThroughAndCountsTheRest) {
  Throttle throttle(10);
  EXPECT_EQ(throttle.admit("a", 100), 0U);
  EXPECT_EQ(throttle.admit("a", 101), std::nullopt);
  EXPECT_EQ(throttle.admit("a", 109), std::nullopt);
  EXPECT_EQ(throttle.admit("b", 109), 0U);
  EXPECT_EQ(throttle.admit("a", 110), 2U);
  EXPECT_EQ(throttle.admit("a", 120), 0U);
}

TEST(Throttle, AClockSetBackSilencesNothing) {
  Throttle throttle(10);
  EXPECT_EQ(throttle.admit("a", 1000), 0U);
  EXPECT_EQ(throttle.admit("a", 5), 0U);
  EXPECT_EQ(throttle.admit("a", 6), std::nullopt);
}

TEST(Throttle, BeyondItsCapacityNewKeysPassAndExpiredOnesMakeRoom) {
  Throttle throttle(10, 2);
  EXPECT_EQ(throttle.admit("a", 0), 0U);
  EXPECT_EQ(throttle.admit("b", 1), 0U);
  EXPECT_EQ(throttle.admit("c", 2), 0U);
  EXPECT_EQ(throttle.admit("c", 3), 0U);   // not remembered
  EXPECT_EQ(throttle.admit("c", 10), 0U);  // "a" is over and gave its place
  EXPECT_EQ(throttle.admit("c", 11), std::nullopt);
}

TEST(Throttle, AgreesWithAModelAndLosesNoEvent) {
  std::mt19937 random(1);
  Throttle throttle(50);
  std::map<std::string, std::pair<TimeNs, std::uint64_t>> model;
  TimeNs now = 0;
  for (int i = 0; i < 20'000; ++i) {
    now += random() % 10;
    const std::string key(1, static_cast<char>('a' + random() % 5));
    std::optional<std::uint64_t> expected;
    const auto found = model.find(key);
    if (found == model.end()) {
      expected = 0;
      model[key] = {now, 0};
    } else if (now - found->second.first >= 50) {
      expected = found->second.second;
      found->second = {now, 0};
    } else {
      ++found->second.second;
    }
    ASSERT_EQ(throttle.admit(key, now), expected) << "event " << i;
  }
}

}  // namespace
}  // namespace metricstream
