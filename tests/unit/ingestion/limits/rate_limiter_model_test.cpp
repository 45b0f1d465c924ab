// The whole limiter against exact logs: several clients and hosts, both limits, charges that are kept, given back soon
// or long after, limits that change.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "services/ingestion/limits/rate_limiter.hpp"
#include "tests/unit/ingestion/limits/exact_log.hpp"
#include "tests/unit/ingestion/limits/limit_fixture.hpp"

namespace metricstream::limits {
namespace {

using test::ExactLog;
using test::Schedule;

constexpr std::array<const char*, 3> kClients{"a", "b", "c"};
constexpr std::array<const char*, 3> kHosts{"", "h", "i"};

class Model {
 public:
  struct Booking {
    ExactLog* log;
    std::size_t charge;
  };
  struct Held {
    Charge charge;
    std::vector<Booking> bookings;
  };

  Model(std::uint64_t seed, Schedule::Clock clock)
      : schedule_(seed, kMinute, SampleRing::kSlot, clock), clock_(clock), limiter_({}, next_set(), seed) {}

  void step() {
    if (schedule_.one_in(40)) limiter_.use(next_set());
    if (schedule_.one_in(6)) settle();
    const TimeNs now = schedule_.next();
    const char* client = kClients[schedule_.below(kClients.size())];
    const char* host = kHosts[schedule_.below(kHosts.size())];
    const std::uint32_t count = schedule_.amount(limits_.samples_per_minute.units());
    SamplesTaken taken = limiter_.take_samples(client, host, count, now);
    const bool has_host = *host != '\0';
    const bool is_too_large =
        count > limits_.samples_per_minute.units() || (has_host && count > limits_.host_samples_per_minute.units());
    ASSERT_EQ(taken.decision.verdict() == Verdict::too_large, is_too_large);
    if (is_too_large) return;

    std::vector<std::pair<ExactLog*, std::uint32_t>> sides{{&logs_[client], limits_.samples_per_minute.units()}};
    if (has_host) {
      sides.emplace_back(&logs_[std::string(client) + "/" + host], limits_.host_samples_per_minute.units());
    }
    check(taken, sides, count, now);
  }

 private:
  void check(SamplesTaken& taken, const std::vector<std::pair<ExactLog*, std::uint32_t>>& sides, std::uint32_t count,
             TimeNs now) {
    bool may_refuse = false;
    Held held;
    for (const auto& [log, limit] : sides) {
      log->see(now);
      may_refuse = may_refuse || log->in_open_window(kMinute + SampleRing::kSlot) + count > limit;
      if (!taken.decision.is_allowed()) continue;
      ASSERT_LE(log->in_window(kMinute) + count, limit);
      held.bookings.push_back({log, log->charge(count)});
    }
    if (!taken.decision.is_allowed()) {
      // Where the clock steps back, a place that was another's stays at the later time: that may refuse more.
      ASSERT_TRUE(may_refuse || clock_ == Schedule::Clock::steps_back);
      ASSERT_FALSE(taken.charge.is_open());
      return;
    }
    held.charge = std::move(taken.charge);
    held_.push_back(std::move(held));
  }

  // One of those whose fate was open: stored, or not.
  void settle() {
    if (held_.empty()) return;
    std::swap(held_[schedule_.below(static_cast<TimeNs>(held_.size()))], held_.back());
    if (schedule_.one_in(2)) {
      held_.back().charge.keep();
    } else {
      for (const Booking& booking : held_.back().bookings) booking.log->give_back(booking.charge);
    }
    held_.pop_back();
  }

  std::shared_ptr<const LimitSet> next_set() {
    const auto samples = static_cast<std::uint32_t>(1 + schedule_.below(100));
    limits_ = {.requests_per_second = Quota(1),
               .samples_per_minute = Quota(samples),
               .host_samples_per_minute = Quota(static_cast<std::uint32_t>(1 + schedule_.below(samples)))};
    return std::make_shared<const LimitSet>(limits_);
  }

  Schedule schedule_;
  Schedule::Clock clock_;
  ClientLimits limits_;
  RateLimiter limiter_;
  std::map<std::string, ExactLog> logs_;
  std::vector<Held> held_;  // before the limiter
};

void agrees_with_exact_logs(std::uint64_t seeds, Schedule::Clock clock) {
  for (std::uint64_t seed = 0; seed < seeds && !testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Model model(seed, clock);
    for (int i = 0; i < 120 && !testing::Test::HasFatalFailure(); ++i) model.step();
  }
}

TEST(RateLimiterModel, AgreesWithExactLogsOverRandomSchedules) {
  agrees_with_exact_logs(2000, Schedule::Clock::never_back);
}

TEST(RateLimiterModel, IsNeverAboveALimitWhereTheClockStepsBack) {
  agrees_with_exact_logs(1000, Schedule::Clock::steps_back);
}

// Requests by address, of which the client's own limit refuses some.
void addresses_agree_with_exact_logs(std::uint64_t seed, Schedule::Clock clock) {
  constexpr std::array<const char*, 2> kAddresses{"192.0.2.1", "192.0.2.2"};
  struct Taken {
    Receipt receipt;
    ExactLog* log;
    std::size_t charge;
  };
  Schedule schedule(seed, kSecond, RequestRing::kSlot, clock);
  const auto limit = static_cast<std::uint32_t>(1 + schedule.below(10));
  RateLimiter limiter({}, test::set_of(limit, 1, 1), seed);
  std::map<std::string, ExactLog> logs;
  std::vector<Taken> open;
  for (int i = 0; i < 200; ++i) {
    if (!open.empty() && schedule.one_in(3)) {
      std::swap(open[schedule.below(static_cast<TimeNs>(open.size()))], open.back());
      limiter.give_back_request_from(open.back().receipt);
      open.back().log->give_back(open.back().charge);
      open.pop_back();
    }
    const TimeNs now = schedule.next();
    const char* address = kAddresses[schedule.below(kAddresses.size())];
    ExactLog& log = logs[address];
    log.see(now);
    const RequestTaken taken = limiter.take_request_from(address, now);
    ASSERT_EQ(taken.receipt.has_value(), taken.decision.is_allowed());
    if (taken.receipt) {
      ASSERT_LT(log.in_window(kSecond), limit);
      open.push_back({.receipt = *taken.receipt, .log = &log, .charge = log.charge(1)});
    } else {
      ASSERT_TRUE(log.in_open_window(kSecond + RequestRing::kSlot) >= limit || clock == Schedule::Clock::steps_back);
    }
  }
}

TEST(RateLimiterModel, AddressesAgreeWithExactLogsWhereRequestsAreGivenBack) {
  for (const Schedule::Clock clock : {Schedule::Clock::never_back, Schedule::Clock::steps_back}) {
    for (std::uint64_t seed = 0; seed < 1000 && !testing::Test::HasFatalFailure(); ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      addresses_agree_with_exact_logs(seed, clock);
    }
  }
}

// Requests alone, many clients, by the decision's own announcement: the same request passes when it says so, and not a
// nanosecond before.
TEST(RateLimiterModel, ARefusedRequestPassesExactlyWhenTheDecisionSays) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Schedule schedule(seed, kSecond, RequestRing::kSlot);
    const auto limit = static_cast<std::uint32_t>(1 + schedule.below(20));
    RateLimiter limiter({}, test::set_of(limit, 1, 1), seed);
    TimeNs now = 0;
    for (int i = 0; i < 100; ++i) {
      now += static_cast<TimeNs>(schedule.below(kSecond / limit));
      const Decision decision = limiter.take_request("a", now);
      if (decision.is_allowed()) continue;
      const TimeNs wait = decision.violated().wait;
      ASSERT_FALSE(limiter.take_request("a", now + wait - 1).is_allowed()) << "seed " << seed;
      ASSERT_TRUE(limiter.take_request("a", now + wait).is_allowed()) << "seed " << seed;
      now += wait;
    }
  }
}

}  // namespace
}  // namespace metricstream::limits
