#include "services/aggregator/sink/lane.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace metricstream::sink {
namespace {

using std::chrono::hours;

constexpr TimeNs kForever = std::numeric_limits<TimeNs>::max();
const influx::Policy kHourly{"1s", hours{24}, hours{1}};

struct Pushed {
  std::int64_t offset;
  TimeNs stream_time;
  TimeNs point_time;
  std::string line;
};

// The lane without batches: a list of everything that was pushed and is not settled.
class ModelLane {
 public:
  void push(const Pushed& line) { unsettled_.push_back(line); }

  void settle(const LineBatch& batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto found = std::ranges::find(unsettled_, batch.line(i), &Pushed::line);
      ASSERT_NE(found, unsettled_.end()) << "settled something that was not there";
      ASSERT_EQ(found->offset, batch.offset(i));
      ASSERT_EQ(found->point_time, batch.point_time(i));
      unsettled_.erase(found);
    }
  }

  [[nodiscard]] std::optional<Lane::Frontier> oldest() const {
    if (unsettled_.empty()) return std::nullopt;
    return Lane::Frontier{unsettled_.front().offset, unsettled_.front().stream_time};
  }
  [[nodiscard]] std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Pushed& line : unsettled_) sum += line.line.size() + 1;
    return sum;
  }
  [[nodiscard]] std::size_t lines() const { return unsettled_.size(); }

 private:
  std::deque<Pushed> unsettled_;
};

class LaneModelTest {
 public:
  explicit LaneModelTest(std::uint64_t seed)
      : random_(seed), limits_{1 + random_() % 20, 20 + random_() % 300, std::chrono::seconds{3600}} {}

  void run() {
    for (int step = 0; step < 300; ++step) {
      const auto action = random_() % 10;
      if (action < 6) push();
      if (action == 6) lane_.flush();
      if (action == 7 || action == 8) take();
      if (action == 9 && taken_) settle();
      check();
    }
    while (model_.lines() > 0 && !testing::Test::HasFatalFailure()) {
      if (taken_) settle();
      lane_.flush();
      take();
    }
    check();
  }

 private:
  void push() {
    offset_ += static_cast<std::int64_t>(random_() % 3);
    const TimeNs point_time = static_cast<TimeNs>(random_() % 3) * kHour + static_cast<TimeNs>(random_() % 1000);
    const Pushed line{offset_, offset_ * 10, point_time,
                      "line" + std::to_string(pushed_++) + std::string(random_() % 40, 'x')};
    lane_.push(line.offset, line.stream_time, line.point_time, line.line);
    model_.push(line);
  }

  void take() {
    if (taken_) return;
    TimeNs until = 0;
    taken_ = lane_.take(0, &until);
    if (!taken_) return;
    const LineBatch& lines = taken_->lines;
    ASSERT_FALSE(lines.empty());
    ASSERT_LE(lines.size(), limits_.lines);
    ASSERT_TRUE(lines.bytes() <= limits_.bytes || lines.size() == 1);
    const TimeNs group = influx::shard_group_start(kHourly, lines.point_time(0));
    TimeNs oldest = kForever;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      ASSERT_EQ(influx::shard_group_start(kHourly, lines.point_time(i)), group) << "two shard groups in a request";
      const int number = std::stoi(std::string{lines.line(i).substr(4)});
      ASSERT_GT(number, last_of_group_[group]) << "order within a shard group";
      last_of_group_[group] = number;
      ASSERT_EQ(lines.text(i, i + 1), std::string{lines.line(i)} + "\n");
      oldest = std::min(oldest, lines.point_time(i));
    }
    ASSERT_EQ(lines.oldest_point_time(), oldest);
    ASSERT_EQ(lines.text(0, lines.size()).size(), lines.bytes());
  }

  void settle() {
    model_.settle(taken_->lines);
    lane_.settle(*taken_);
    taken_.reset();
  }

  void check() {
    ASSERT_EQ(lane_.oldest_unsettled(), model_.oldest());
    ASSERT_EQ(lane_.queued_bytes(), model_.bytes());
    ASSERT_EQ(lane_.queued_lines(), model_.lines());
  }

  std::mt19937_64 random_;
  BatchLimits limits_;
  Lane lane_{kHourly, limits_, [] {}};
  ModelLane model_;
  std::optional<Lane::Batch> taken_;
  std::map<TimeNs, int> last_of_group_{{0, -1}, {kHour, -1}, {2 * kHour, -1}};
  std::int64_t offset_ = 5;
  int pushed_ = 0;
};

TEST(Lane, BehavesLikeAPlainListOfUnsettledLinesSentInOrderWithinAShardGroup) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    LaneModelTest{seed}.run();
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Lane, ABatchLeavesWhenItIsFullOrOfAgeAndNotBefore) {
  int woken = 0;
  Lane lane{kHourly, {2, 1000, std::chrono::seconds{1}}, [&] { ++woken; }};
  TimeNs until = 0;
  EXPECT_FALSE(lane.take(boot_time_ns(), &until));
  EXPECT_EQ(until, kForever);

  const TimeNs before = boot_time_ns();
  lane.push(1, 0, 0, "a");
  EXPECT_EQ(woken, 1) << "the sleeper must learn when the batch comes of age";
  EXPECT_FALSE(lane.take(before, &until));
  EXPECT_GE(until, before + kSecond);
  EXPECT_LE(until, boot_time_ns() + kSecond);
  EXPECT_FALSE(lane.take(until - 1, &until));
  EXPECT_TRUE(lane.take(until, &until));

  EXPECT_FALSE(lane.take(0, &until));
  lane.push(2, 0, 0, "b");
  lane.push(2, 0, 0, "c");
  EXPECT_EQ(woken, 2) << "one wake a sleep";
  const auto full = lane.take(0, &until);
  ASSERT_TRUE(full);
  EXPECT_EQ(full->lines.text(0, 2), "b\nc\n");
}

TEST(Lane, ALineLongerThanABatchGoesAlone) {
  Lane lane{kHourly, {100, 10, hours{1}}, [] {}};
  lane.push(1, 0, 0, "short");
  lane.push(1, 0, 0, std::string(50, 'x'));
  lane.push(1, 0, 0, "next");
  lane.flush();
  TimeNs until = 0;
  EXPECT_EQ(lane.take(0, &until)->lines.line(0), "short");
  EXPECT_EQ(lane.take(0, &until)->lines.line(0), std::string(50, 'x'));
  EXPECT_EQ(lane.take(0, &until)->lines.line(0), "next");
}

TEST(Lane, OffsetsFurtherApartThan32BitsDoNotShareABatch) {
  Lane lane{kHourly, {100, 1000, hours{1}}, [] {}};
  const std::int64_t far = (std::int64_t{1} << 33) + 7;
  lane.push(7, 0, 0, "a");
  lane.push(far, 0, 0, "b");
  lane.flush();
  TimeNs until = 0;
  EXPECT_EQ(lane.take(0, &until)->lines.offset(0), 7);
  EXPECT_EQ(lane.take(0, &until)->lines.offset(0), far);
}

TEST(Lane, AClosedLaneDropsItsQueueForgetsItsFrontierAndTakesNothingMore) {
  int woken = 0;
  Lane lane{kHourly, {1, 1000, hours{1}}, [&] { ++woken; }};
  lane.push(1, 0, 0, "a");
  lane.push(2, 0, 0, "b");
  TimeNs until = 0;
  const auto in_flight = lane.take(0, &until);
  ASSERT_TRUE(in_flight);
  lane.close();
  EXPECT_EQ(woken, 1);
  EXPECT_TRUE(lane.closed());
  EXPECT_FALSE(lane.take(0, &until));
  lane.settle(*in_flight);
  lane.push(3, 0, 0, "c");
  EXPECT_EQ(lane.oldest_unsettled(), std::nullopt);
  EXPECT_EQ(lane.queued_bytes(), 0U);
  EXPECT_EQ(lane.queued_lines(), 0U);
}

TEST(Lane, TwoThreadsLoseAndReorderNothing) {
  constexpr int kLines = 200'000;
  std::atomic<bool> asked{false};
  Lane lane{kHourly, {500, 8000, hours{1}}, [&] {
              asked = true;
              asked.notify_one();
            }};
  std::thread fold{[&] {
    for (int i = 0; i < kLines; ++i) lane.push(i / 100, i, (i % 2) * kHour, std::to_string(i));
    lane.flush();
  }};
  int last_even = -2;
  int last_odd = -1;
  int seen = 0;
  while (seen < kLines) {
    asked = false;
    TimeNs until = 0;
    const auto batch = lane.take(0, &until);
    if (!batch) {
      asked.wait(false);
      lane.flush();
      continue;
    }
    ASSERT_LE(lane.oldest_unsettled()->offset, batch->lines.offset(0));
    for (std::size_t i = 0; i < batch->lines.size(); ++i) {
      const int number = std::stoi(std::string{batch->lines.line(i)});
      int& last = number % 2 == 0 ? last_even : last_odd;
      ASSERT_EQ(number, last + 2);
      last = number;
      ++seen;
    }
    lane.settle(*batch);
  }
  fold.join();
  EXPECT_EQ(lane.oldest_unsettled(), std::nullopt);
  EXPECT_EQ(lane.queued_bytes(), 0U);
}

}  // namespace
}  // namespace metricstream::sink
