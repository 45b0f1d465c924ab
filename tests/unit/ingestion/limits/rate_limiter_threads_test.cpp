// Exact under threads, too; ThreadSanitizer looks at these.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "services/ingestion/limits/rate_limiter.hpp"
#include "tests/unit/ingestion/limits/limit_fixture.hpp"

namespace metricstream::limits {
namespace {

using test::set_of;

constexpr int kThreads = 4;

template <class Work>
void in_parallel(Work work) {
  std::barrier start(kThreads);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&start, &work, i] {
      start.arrive_and_wait();
      work(i);
    });
  }
}

TEST(RateLimiterThreads, TogetherPassExactlyTheLimit) {
  RateLimiter limiter({}, set_of(10'000, 1, 1), 1);
  std::atomic<int> passed = 0;
  in_parallel([&](int) {
    for (int i = 0; i < 5000; ++i) {
      if (limiter.take_request("a", 0).is_allowed()) ++passed;
    }
  });
  EXPECT_EQ(passed.load(), 10'000);
}

TEST(RateLimiterThreads, NeverHoldMoreThanTheLimitWhileChargesComeAndGo) {
  constexpr std::int64_t kLimit = 1000;
  RateLimiter limiter({.clients = 2}, set_of(1, kLimit, kLimit), 1);
  std::atomic<std::int64_t> held = 0;  // counted up behind the charge and down before it goes: never more than charged
  std::atomic<bool> was_above = false;
  in_parallel([&](int thread) {
    std::mt19937 random(static_cast<unsigned>(thread));
    std::vector<std::pair<Charge, std::int64_t>> open;
    for (int i = 0; i < 3000; ++i) {
      const auto count = static_cast<std::int64_t>(1 + random() % 200);
      SamplesTaken taken = limiter.take_samples("a", "h", static_cast<std::uint64_t>(count), 0);
      if (taken.decision.is_allowed()) {
        if (held.fetch_add(count) + count > kLimit) was_above = true;
        open.emplace_back(std::move(taken.charge), count);
      }
      if (!open.empty() && random() % 2 == 0) {
        held.fetch_sub(open.back().second);
        open.pop_back();
      }
    }
    for (const auto& [charge, count] : open) held.fetch_sub(count);
  });
  EXPECT_FALSE(was_above.load());
  EXPECT_TRUE(limiter.take_samples("a", "h", kLimit, 0).decision.is_allowed()) << "everything was given back";
}

TEST(RateLimiterThreads, MayReloadAndOverflowAndBeWatchedMeanwhile) {
  RateLimiter limiter({.clients = 64, .hosts = 64, .remotes = 64}, set_of(100, 1000, 100), 1);
  std::atomic<bool> is_over = false;
  std::jthread reloads([&] {
    for (std::uint32_t i = 0; !is_over; ++i) {
      limiter.use(set_of(100 + i % 2, 1000, 100));
      EXPECT_GE(limiter.limits()->defaults().requests_per_second.units(), 100U);
      EXPECT_LE(limiter.stats().requests.entries, 64U);
    }
  });
  std::atomic<std::uint64_t> wrong = 0;
  in_parallel([&](int thread) {
    for (int i = 0; i < 2000; ++i) {
      const std::string client = "c" + std::to_string((i * 31 + thread) % 300);
      const TimeNs now = i * 10 * kMillisecond;
      const Decision request = limiter.take_request(client, now);
      if (request.standings()[0].limit != 100 && request.standings()[0].limit != 101) ++wrong;
      (void)limiter.take_request_from("192.0.2." + std::to_string(i % 256), now);
      SamplesTaken taken = limiter.take_samples(client, "h" + std::to_string(i % 7), 3, now);
      if (i % 2 == 0) taken.charge.keep();
    }
  });
  is_over = true;
  EXPECT_EQ(wrong.load(), 0U);
}

}  // namespace
}  // namespace metricstream::limits
