#include "services/ingestion/limits/admission.hpp"

#include <gtest/gtest.h>

#include <barrier>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace metricstream::limits {
namespace {

constexpr QueueFill kEmpty{.records = 0, .records_limit = 1000, .bytes = 0, .bytes_limit = 10'000};

TEST(Admission, LetsInUpToTheBudgetAndNoMore) {
  Admission admission({.in_flight_bytes = 100});
  auto first = admission.admit(60, kEmpty);
  ASSERT_TRUE(first);
  auto second = admission.admit(41, kEmpty);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().bound, Bound::in_flight_bytes);
  EXPECT_EQ(second.error().level, 60U);
  EXPECT_EQ(second.error().asked, 41U);
  EXPECT_EQ(second.error().limit, 100U);
  EXPECT_EQ(log_text(second.error()), "in_flight_bytes: 60 of 100, 41 bytes asked");
  auto third = admission.admit(40, kEmpty);
  ASSERT_TRUE(third);
  EXPECT_EQ(admission.in_flight_bytes(), 100U);
  first->release();
  EXPECT_TRUE(admission.admit(41, kEmpty));
}

TEST(Admission, ANumberThatWouldOverflowIsRefused) {
  Admission admission({.in_flight_bytes = 100});
  const auto held = admission.admit(50, kEmpty);
  EXPECT_FALSE(admission.admit(UINT64_MAX, kEmpty));
  EXPECT_FALSE(admission.admit(UINT64_MAX - 49, kEmpty));
  EXPECT_EQ(admission.in_flight_bytes(), 50U);
}

TEST(Admission, LetsNothingInWhileTheQueueIsAboveItsShare) {
  Admission admission({.in_flight_bytes = 100, .queue_percent = 80});
  QueueFill queue = kEmpty;
  queue.records = 800;
  EXPECT_TRUE(admission.admit(1, queue));
  queue.records = 801;
  const auto records = admission.admit(1, queue);
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().bound, Bound::queue_records);
  EXPECT_EQ(records.error().level, 801U);
  EXPECT_EQ(records.error().limit, 800U);
  queue.records = 0;
  queue.bytes = 8000;
  EXPECT_TRUE(admission.admit(1, queue));
  queue.bytes = 8001;
  EXPECT_EQ(admission.admit(1, queue).error().bound, Bound::queue_bytes);
  EXPECT_EQ(admission.in_flight_bytes(), 0U) << "what was refused holds nothing";
}

TEST(Admission, TheQueuesShareIsExactForAnyLimit) {
  Admission admission({.in_flight_bytes = 100, .queue_percent = 50});
  EXPECT_TRUE(admission.admit(1, {.records = 2, .records_limit = 5}));
  EXPECT_FALSE(admission.admit(1, {.records = 3, .records_limit = 5}));
  EXPECT_TRUE(admission.admit(1, {.bytes = UINT64_MAX / 2, .bytes_limit = UINT64_MAX}));
  EXPECT_FALSE(admission.admit(1, {.bytes = UINT64_MAX / 2 + 1, .bytes_limit = UINT64_MAX}));
  EXPECT_TRUE(admission.admit(1, {.records = UINT64_MAX})) << "no limit";
}

TEST(Lease, GrowsWhileThereIsRoomAndKeepsWhatItHasOtherwise) {
  Admission admission({.in_flight_bytes = 100});
  auto lease = *admission.admit(10, kEmpty);
  EXPECT_TRUE(lease.try_grow(90));
  EXPECT_EQ(lease.bytes(), 100U);
  const auto grown = lease.try_grow(1);
  ASSERT_FALSE(grown);
  EXPECT_EQ(grown.error().level, 100U);
  EXPECT_EQ(lease.bytes(), 100U);
  lease.shrink_to(30);
  EXPECT_EQ(admission.in_flight_bytes(), 30U);
  lease.shrink_to(31);
  EXPECT_EQ(lease.bytes(), 30U) << "shrinking never grows";
  EXPECT_TRUE(lease.try_grow(70));
}

TEST(Admission, RefusesWhereTheThreadIsTooFarBehind) {
  using namespace std::chrono_literals;
  Admission admission({.in_flight_bytes = 100, .max_delay = 25ms});
  EXPECT_TRUE(admission.admit(1, kEmpty, 0ms));
  const auto refused = admission.admit(1, kEmpty, 25ms + 1us);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().bound, Bound::delay);
  EXPECT_EQ(log_text(refused.error()), "delay: 25001 us of 25000 us");
  EXPECT_EQ(admission.in_flight_bytes(), 0U);
}

TEST(QueueFill, TellsHowFullItIs) {
  EXPECT_EQ(log_text(QueueFill{.records = 20, .records_limit = 20, .bytes = 7, .bytes_limit = 1024}),
            "the producer's queue is full: 20 of 20 records, 7 of 1024 bytes");
}

TEST(Lease, ReleasesWhenItGoesAndOnce) {
  Admission admission({.in_flight_bytes = 100});
  {
    Lease outer;
    {
      auto inner = *admission.admit(40, kEmpty);
      outer = std::move(inner);
      inner.release();  // NOLINT(bugprone-use-after-move): empty, and still a lease
    }
    EXPECT_EQ(admission.in_flight_bytes(), 40U);
    Lease moved(std::move(outer));
    EXPECT_EQ(moved.bytes(), 40U);
    outer = *admission.admit(5, kEmpty);
    outer = std::move(moved);
    EXPECT_EQ(admission.in_flight_bytes(), 40U) << "what it held before is released";
  }
  EXPECT_EQ(admission.in_flight_bytes(), 0U);
}

// Every thread counts what it holds behind taking it and before giving it back, so the count never exceeds the truth.
TEST(Admission, TheSumOfAllLeasesStaysWithinTheBudgetUnderThreads) {
  constexpr int kThreads = 4;
  constexpr std::uint64_t kBudget = 1000;
  Admission admission({.in_flight_bytes = kBudget});
  std::atomic<std::uint64_t> held = 0;
  std::atomic<std::uint64_t> above = 0;
  std::atomic<std::uint64_t> refusals = 0;
  std::barrier start(kThreads);
  const auto count = [&](std::uint64_t bytes) {
    if (held.fetch_add(bytes) + bytes > kBudget) ++above;
    if (admission.in_flight_bytes() > kBudget) ++above;
  };
  const auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    std::vector<Lease> leases;
    start.arrive_and_wait();
    for (int i = 0; i < 20'000; ++i) {
      const std::uint64_t bytes = random() % 300;
      if (random() % 2 == 0) {
        auto lease = admission.admit(bytes, kEmpty);
        if (lease) {
          count(bytes);
          leases.push_back(std::move(*lease));
        } else {
          ++refusals;
        }
      } else if (!leases.empty() && random() % 2 == 0) {
        if (leases.back().try_grow(bytes)) count(bytes);
      } else if (!leases.empty()) {
        const std::uint64_t keep = random() % 2 == 0 ? 0 : leases.back().bytes() / 2;
        held.fetch_sub(leases.back().bytes() - keep);
        leases.back().shrink_to(keep);
        if (keep == 0) leases.pop_back();
      }
    }
    for (const Lease& lease : leases) held.fetch_sub(lease.bytes());
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  }
  EXPECT_EQ(above.load(), 0U);
  EXPECT_GT(refusals.load(), 0U) << "the budget was reached";
  EXPECT_EQ(held.load(), 0U);
  EXPECT_EQ(admission.in_flight_bytes(), 0U);
}

}  // namespace
}  // namespace metricstream::limits
