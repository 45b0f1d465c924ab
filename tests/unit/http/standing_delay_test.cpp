#include "common/http/standing_delay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include "common/http/loop_delay.hpp"

namespace metricstream::http {
namespace {

using namespace std::chrono_literals;
using Duration = StandingDelay::Duration;
using Time = StandingDelay::Time;

constexpr Duration kMost = 20ms;  // as shipped: admission.max_delay
constexpr Duration kInterval = LoopDelay::kInterval;

// A delay under test and its clock.
class Watched {
 public:
  explicit Watched(Duration most = kMost) : delay_(most) {}

  // For `length` a marker comes out every kInterval, so late; what is too much at the end.
  Duration stand(Duration lateness, Duration length) {
    for (const Time end = now_ + length; now_ < end; now_ += kInterval) delay_.pass(now_ - lateness, now_);
    return next_marker_in(kInterval);
  }
  // What is too much where the next marker is due at this time, or was.
  Duration next_marker_in(Duration time) { return delay_.excess(now_ + time, now_); }
  void rest() { delay_.forget(); }

 private:
  StandingDelay delay_;
  Time now_{1h};
};

TEST(StandingDelay, IsNothingWithoutMarkers) {
  EXPECT_EQ(Watched().next_marker_in(kInterval), 0ns);
  EXPECT_EQ(Watched().next_marker_in(-20ms), 0ns);
}

TEST(StandingDelay, ABurstThatIsGoneInTimeIsNotTooMuch) {
  Watched watched;
  EXPECT_EQ(watched.stand(99ms, 90ms), 0ns);
  EXPECT_EQ(watched.stand(1ms, 2ms), 0ns);
  EXPECT_EQ(watched.stand(99ms, 90ms), 0ns) << "counted anew";
}

TEST(StandingDelay, ALargeDelayIsTooMuchAtOnce) {
  EXPECT_EQ(Watched().next_marker_in(-100ms), 0ns);
  EXPECT_EQ(Watched().next_marker_in(-101ms), 101ms) << "overdue";
  EXPECT_EQ(Watched().stand(101ms, 2ms), 101ms) << "the last one was late, and the queue is as long since";
}

TEST(StandingDelay, ASmallDelayIsTooMuchWhenItStands) {
  Watched watched;
  EXPECT_EQ(watched.stand(20ms, 10s), 0ns) << "at the limit";
  EXPECT_EQ(watched.stand(21ms, 98ms), 0ns);
  EXPECT_EQ(watched.stand(21ms, 6ms), 21ms);
}

TEST(StandingDelay, WhatWaitedForLessIsServedMeanwhile) {
  Watched watched;
  watched.stand(21ms, 200ms);
  EXPECT_EQ(watched.stand(20ms, 2ms), 0ns);
  EXPECT_EQ(watched.next_marker_in(-21ms), 21ms) << "still the same overload";
}

TEST(StandingDelay, IsOverWhenNothingWasLateForAWhile) {
  Watched watched;
  watched.stand(21ms, 200ms);
  watched.stand(1ms, 300ms);
  EXPECT_EQ(watched.next_marker_in(-21ms), 21ms);
  watched.stand(1ms, 304ms);
  EXPECT_EQ(watched.next_marker_in(-21ms), 0ns);
}

TEST(StandingDelay, IsForgottenWithTheMarkers) {
  Watched watched;
  watched.stand(21ms, 200ms);
  watched.rest();
  EXPECT_EQ(watched.next_marker_in(-21ms), 0ns);
}

TEST(StandingDelay, ALimitAboveABurstHolds) {
  Watched watched(1s);
  EXPECT_EQ(watched.stand(1s, 10s), 0ns);
  EXPECT_EQ(watched.next_marker_in(-1'001ms), 1'001ms);
}

TEST(StandingDelay, NoLimitIsNeverTooMuch) { EXPECT_EQ(Watched(0ns).stand(1h, 1s), 0ns); }

// One server and its queue in order of arrival, with markers. What is too late is refused, which costs a part of
// serving it. Times in milliseconds.
struct Simulation {
  static constexpr double kService = 0.4;
  static constexpr double kEnd = 10'000;
  static constexpr double kKnown = 500;

  explicit Simulation(double cost_of_refusal) : refusal_cost(cost_of_refusal) {}

  double refusal_cost;  // of kService
  double goodput = 0;   // of what the server can do
  int refused = 0;
  std::vector<double> waits;  // of what was refused once overload was known

  // Arrivals in order.
  void run(const std::vector<double>& arrivals) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> spread(0.5, 1.5);
    StandingDelay delay(kMost);
    std::deque<double> queue;
    std::size_t next = 0;
    std::size_t before_marker = 0;
    bool is_marker_in = false;
    const double interval = std::chrono::duration<double, std::milli>(kInterval).count();
    double due = interval;
    int served = 0;
    for (double now = 0; now < kEnd;) {
      const double arrival = next < arrivals.size() ? arrivals[next] : 2 * kEnd;
      if (!is_marker_in && due <= std::min(now, arrival)) {
        is_marker_in = true;
        before_marker = queue.size();
      } else if (arrival <= now) {
        queue.push_back(arrival);
        ++next;
      } else if (is_marker_in && before_marker == 0) {
        delay.pass(at(due), at(now));
        due = now + interval;
        is_marker_in = false;
      } else if (queue.empty()) {
        now = std::min(arrival, due);
      } else {
        const bool is_refused = delay.excess(at(due), at(now)).count() > 0;
        ++(is_refused ? refused : served);
        if (is_refused && now > kKnown) waits.push_back(now - queue.front());
        queue.pop_front();
        if (is_marker_in) --before_marker;
        now += kService * spread(random) * (is_refused ? refusal_cost : 1);
      }
    }
    std::ranges::sort(waits);
    goodput = served * kService / kEnd;
  }

  [[nodiscard]] double p99() const { return waits.at(waits.size() * 99 / 100); }

  static Time at(double milliseconds) {
    return Time(1h) + std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(milliseconds));
  }
};

// At random times; `hold` is for how long at most nothing comes now and then, and then all of it at once.
std::vector<double> arrivals(double load, double hold) {
  std::mt19937 random(11);
  std::exponential_distribution<double> pause(load / Simulation::kService);
  std::exponential_distribution<double> between_holds(1.0 / 60);
  std::uniform_real_distribution<double> length(0, hold);
  std::vector<double> out;
  double begin = between_holds(random);
  double end = begin + length(random);
  for (double time = pause(random); time < Simulation::kEnd; time += pause(random)) {
    while (time > end) {
      begin = end + between_holds(random);
      end = begin + length(random);
    }
    out.push_back(time < begin ? time : end);
  }
  return out;
}

TEST(StandingDelay, KeepsTheQueueShortAtTwiceTheLoad) {
  for (const double cost : {0.05, 0.15, 0.25}) {
    Simulation even(cost);
    even.run(arrivals(2, 0));
    ASSERT_GT(even.refused, 1'000);
    EXPECT_LT(even.p99(), 30);
    // All that comes has to be answered in one way or the other.
    const double possible = (1 - 2 * cost) / (1 - cost);
    EXPECT_GT(even.goodput, 0.9 * possible) << cost;

    Simulation uneven(cost);
    uneven.run(arrivals(2, 25));
    EXPECT_LT(uneven.p99(), 40) << cost;
    EXPECT_GT(uneven.goodput, 0.85 * possible) << cost;
  }
}

TEST(StandingDelay, RefusesNothingThatCanBeServed) {
  for (const double hold : {0, 25}) {
    Simulation below(0.15);
    below.run(arrivals(0.8, hold));
    EXPECT_EQ(below.refused, 0) << hold;
    EXPECT_NEAR(below.goodput, 0.8, 0.02);
  }
}

// All agents of a fleet may report at the same second.
TEST(StandingDelay, ServesATenthOfASecondOfWorkThatComesAtOnce) {
  std::vector<double> together;
  for (double second = 0; second < Simulation::kEnd; second += 1'000) together.insert(together.end(), 200, second);
  Simulation fleet(0.15);
  fleet.run(together);
  EXPECT_EQ(fleet.refused, 0);
}

}  // namespace
}  // namespace metricstream::http
