#include "services/ingestion/limits/sliding_ring.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/ingestion/limits/exact_log.hpp"

namespace metricstream::limits {
namespace {

using test::ExactLog;
using test::kEarliest;
using test::kLatest;
using test::Schedule;

using Ring = SlidingRing<kSecond, 10>;  // slots of 100 ms

template <class R>
bool take(R& ring, TimeNs now, std::uint32_t amount, std::uint32_t limit) {
  ring.advance(now);
  if (!ring.fits(amount, limit)) return false;
  ring.charge(amount);
  return true;
}

TEST(SlidingRing, TakesUpToTheLimitAndNoMore) {
  Ring ring;
  EXPECT_TRUE(take(ring, 0, 7, 10));
  EXPECT_FALSE(take(ring, 0, 4, 10));
  EXPECT_TRUE(take(ring, 0, 3, 10)) << "what was refused is not charged";
  EXPECT_FALSE(take(ring, 0, 1, 10));
  EXPECT_EQ(ring.used(), 10U);
}

TEST(SlidingRing, LetsASlotGoOnceTheWholeWindowHasPassedIt) {
  Ring ring;
  ASSERT_TRUE(take(ring, 199'999'999, 10, 10));
  EXPECT_FALSE(take(ring, 199'999'999 + kSecond, 1, 10)) << "a window holds both its ends";
  EXPECT_TRUE(take(ring, 200'000'000 + kSecond, 1, 10));
  Ring early;
  ASSERT_TRUE(take(early, 100'000'000, 10, 10));
  EXPECT_FALSE(take(early, 199'999'999 + kSecond, 1, 10)) << "one slot of slack, and no more";
  EXPECT_TRUE(take(early, 200'000'000 + kSecond, 1, 10));
}

TEST(SlidingRing, IsTheSameBeforeTheEpoch) {
  EXPECT_EQ(Ring::slot_at(-1), -1);
  EXPECT_EQ(Ring::slot_at(-Ring::kSlot), -1);
  EXPECT_EQ(Ring::slot_at(-Ring::kSlot - 1), -2);
  Ring ring;
  ASSERT_TRUE(take(ring, -kSecond, 10, 10));
  EXPECT_FALSE(take(ring, 0, 1, 10));
  EXPECT_TRUE(take(ring, Ring::kSlot, 1, 10));
}

TEST(SlidingRing, AClockThatGoesBackOpensNothing) {
  Ring ring;
  ASSERT_TRUE(take(ring, 10 * kSecond, 10, 10));
  for (const TimeNs now : {9 * kSecond, TimeNs{0}, kEarliest, 10 * kSecond, 11 * kSecond}) {
    EXPECT_FALSE(take(ring, now, 1, 10)) << now;
  }
  EXPECT_TRUE(take(ring, 11 * kSecond + Ring::kSlot, 1, 10));
}

TEST(SlidingRing, ReachesFromOneEndOfTimeToTheOther) {
  Ring ring;
  EXPECT_TRUE(take(ring, kEarliest, 10, 10));
  EXPECT_FALSE(take(ring, kEarliest, 1, 10));
  EXPECT_TRUE(take(ring, kLatest, 10, 10));
  EXPECT_FALSE(take(ring, kLatest, 1, 10));
  EXPECT_FALSE(take(ring, kEarliest, 1, 10));
  EXPECT_EQ(ring.when_at_most(0), kLatest);
}

TEST(SlidingRing, GivesBackToTheSlotThatWasCharged) {
  Ring ring;
  ring.advance(0);
  const auto first = ring.charge(6);
  ring.advance(5 * Ring::kSlot);
  const auto second = ring.charge(4);
  ring.give_back(first, 6);
  EXPECT_EQ(ring.used(), 4U);
  ring.advance(kSecond + Ring::kSlot);
  EXPECT_EQ(ring.used(), 4U) << "the first slot has nothing left to let go";
  ring.give_back(second, 4);
  EXPECT_EQ(ring.used(), 0U);
}

TEST(SlidingRing, WhatIsGivenBackTooLateVanishes) {
  Ring ring;
  ring.advance(0);
  const auto slot = ring.charge(10);
  ring.advance(kSecond + Ring::kSlot);  // the same place in the ring belongs to another slot now
  ASSERT_TRUE(take(ring, kSecond + Ring::kSlot, 10, 10));
  ring.give_back(slot, 10);
  EXPECT_EQ(ring.used(), 10U);
  EXPECT_FALSE(take(ring, kSecond + Ring::kSlot, 1, 10));
}

TEST(SlidingRing, GivesBackNoMoreThanWasCharged) {
  Ring ring;
  ring.advance(0);
  const auto slot = ring.charge(3);
  ring.give_back(slot, 5);
  EXPECT_EQ(ring.used(), 0U);
  ring.give_back(slot + 1, 5);
  EXPECT_EQ(ring.used(), 0U) << "nor of a slot that has not come yet";
  EXPECT_TRUE(take(ring, 0, 10, 10));
  EXPECT_FALSE(take(ring, 0, 1, 10));
}

// Over random schedules: never above the limit in any window, never a refusal that a log of window + slot would not
// give, and the announced end of a refusal is right to the nanosecond.
template <class R>
void agrees_with_the_exact_log(std::uint64_t seed) {
  Schedule schedule(seed, R::kWindow, R::kSlot);
  const auto limit = static_cast<std::uint32_t>(1 + schedule.below(60));
  R ring;
  ExactLog log;
  struct Held {
    std::size_t charge;
    std::int64_t slot;
    std::uint32_t amount;
  };
  std::vector<Held> held;
  for (int step = 0; step < 150; ++step) {
    const TimeNs now = schedule.next();
    const std::uint32_t amount = std::min(schedule.amount(limit), limit);
    log.see(now);
    ring.advance(now);
    if (ring.fits(amount, limit)) {
      ASSERT_LE(log.in_window(R::kWindow) + amount, limit) << "above the limit, seed " << seed << " step " << step;
      held.push_back({log.charge(amount), ring.charge(amount), amount});
    } else {
      ASSERT_GT(log.in_open_window(R::kWindow + R::kSlot) + amount, limit) << "refused, seed " << seed << " " << step;
      if (log.newest() > kLatest - R::kWindow - R::kSlot) continue;  // it would end behind the end of time
      const TimeNs then = ring.when_at_most(limit - amount);
      ASSERT_GT(then, log.newest()) << "seed " << seed;
      R later = ring;
      later.advance(then - 1);
      ASSERT_FALSE(later.fits(amount, limit)) << "seed " << seed << " step " << step;
      later.advance(then);
      ASSERT_TRUE(later.fits(amount, limit)) << "seed " << seed << " step " << step;
    }
    if (!held.empty() && schedule.one_in(5)) {
      std::swap(held[schedule.below(static_cast<TimeNs>(held.size()))], held.back());
      ring.give_back(held.back().slot, held.back().amount);
      log.give_back(held.back().charge);
      held.pop_back();
    }
  }
  EXPECT_LE(log.worst_window(R::kWindow), limit) << "seed " << seed;
}

template <class R>
class SlidingRingModel : public testing::Test {};
using Shapes = testing::Types<SlidingRing<kSecond, 1>, SlidingRing<kSecond, 10>, SlidingRing<kSecond, 32>,
                              SlidingRing<kMinute, 60>, SlidingRing<12, 3>>;
TYPED_TEST_SUITE(SlidingRingModel, Shapes);

TYPED_TEST(SlidingRingModel, AgreesWithTheExactLogOverRandomSchedules) {
  for (std::uint64_t seed = 0; seed < 2000 && !this->HasFatalFailure(); ++seed) {
    agrees_with_the_exact_log<TypeParam>(seed);
  }
}

}  // namespace
}  // namespace metricstream::limits
