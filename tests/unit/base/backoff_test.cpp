#include "common/base/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace metricstream {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, EachWaitLiesBetweenHalfAndWholeOfItsStep) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    const std::int64_t first = 1 + static_cast<std::int64_t>(random() % 1000);
    const std::int64_t limit = first + static_cast<std::int64_t>(random() % 100'000);
    Backoff backoff{std::chrono::milliseconds(first), std::chrono::milliseconds(limit)};
    std::int64_t step = first;
    for (unsigned attempt = 0; attempt < 40; ++attempt) {
      EXPECT_EQ(backoff.attempts(), attempt);
      const std::int64_t wait = backoff.next(random()).count();
      EXPECT_GE(wait, step / 2);
      EXPECT_LE(wait, step);
      step = std::min(step * 2, limit);
    }
  }
}

TEST(Backoff, ReachesBothEndsOfItsRange) {
  EXPECT_EQ(Backoff(100ms, 1s).next(0), 50ms);
  EXPECT_EQ(Backoff(100ms, 1s).next(50), 100ms);
}

TEST(Backoff, StartsAnewAfterAReset) {
  Backoff backoff(100ms, 10s);
  for (int i = 0; i < 5; ++i) (void)backoff.next(7);
  backoff.reset();
  EXPECT_EQ(backoff.attempts(), 0U);
  EXPECT_LE(backoff.next(~std::uint64_t{0}), 100ms);
}

TEST(Backoff, AZeroWaitStaysZero) {
  Backoff backoff(0ms, 0ms);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(backoff.next(12345), 0ms);
}

}  // namespace
}  // namespace metricstream
