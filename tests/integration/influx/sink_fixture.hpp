#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "services/aggregator/sink/sink.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/fake_influx.hpp"

namespace metricstream::sink {

using test::eventually;
using testing::FakeInflux;
using testing::WriteScript;

// Dead letters in memory; may be told to fail, or to keep the answers back.
class RecordingDeadLetters final : public DeadLetterSink {
 public:
  void submit(DeadLetter letter, std::function<void(bool)> done) override {
    const std::lock_guard lock{mutex_};
    ++submissions_;
    if (failures_ > 0) {
      --failures_;
      done(false);
      return;
    }
    letters_.push_back(std::move(letter));
    if (holding_) {
      held_.push_back(std::move(done));
    } else {
      std::thread{std::move(done), true}.detach();  // another thread, as Kafka's delivery reports
    }
  }
  void fail_next(int count) {
    const std::lock_guard lock{mutex_};
    failures_ = count;
  }
  void hold() {
    const std::lock_guard lock{mutex_};
    holding_ = true;
  }
  void release() {
    std::vector<std::function<void(bool)>> held;
    {
      const std::lock_guard lock{mutex_};
      holding_ = false;
      held.swap(held_);
    }
    for (const auto& done : held) done(true);
  }
  [[nodiscard]] std::vector<DeadLetter> letters() const {
    const std::lock_guard lock{mutex_};
    return letters_;
  }
  [[nodiscard]] int submissions() const {
    const std::lock_guard lock{mutex_};
    return submissions_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<DeadLetter> letters_;
  std::vector<std::function<void(bool)>> held_;
  int failures_ = 0;
  int submissions_ = 0;
  bool holding_ = false;
};

// Stands still, so that no test depends on the time of day it runs at.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] TimeNs now() const override { return now_; }
  void set(TimeNs now) { now_ = now; }  // before the sink starts

 private:
  TimeNs now_ = 20'000 * 24 * kHour + 15 * kHour;  // 2024-10-04T15:00:00Z
};

// A sink before a fake InfluxDB, and a ledger of what was pushed, with which the store is compared in the end.
class SinkFixture : public ::testing::Test {
 protected:
  SinkFixture() {
    options_.endpoint.url = influx_.url();
    options_.policies = {{"raw", *influx::default_policy("raw")}, {"1m", *influx::default_policy("1m")}};
    // By count or flush only, so that a slow machine makes the same requests.
    options_.batch = {.lines = 50, .bytes = 1U << 20, .age = std::chrono::hours{1}};
    options_.timeout = std::chrono::seconds{5};
    options_.first_retry = std::chrono::milliseconds{1};
    options_.longest_retry = std::chrono::milliseconds{4};
  }

  Sink& start() {
    sink_ = std::make_unique<Sink>(options_, dead_letters_, clock_, registry_, Logger::null());
    return *sink_;
  }

  // A line of series `name` in lane `partition`, entered in the ledger.
  void push(LaneSet& set, std::int32_t partition, const std::string& size, const std::string& name, TimeNs time,
            const std::string& value) {
    const std::string series = name + ",lane=" + std::to_string(partition);
    const std::string fields = "value=" + value;
    const std::string line = series + " " + fields + " " + std::to_string(time);
    set.lane(size).push(next_offset_, next_offset_ * 10, time, line);
    ++next_offset_;
    ++pushed_;
    pushed_lines_.push_back({size, series + " " + std::to_string(time), fields, line});
  }

  void push_many(LaneSet& set, std::int32_t partition, const std::string& size, int count) {
    for (int i = 0; i < count; ++i) {
      push(set, partition, size, "m" + std::to_string(i), base_time_ + i, std::to_string(i) + ".5");
    }
  }

  [[nodiscard]] std::uint64_t points_counted(const std::string& outcome) {
    std::uint64_t sum = 0;
    for (const SinkPolicy& policy : options_.policies) {
      sum += registry_
                 .counter("metricstream_sink_points_total", "Points by what became of them.",
                          {{"outcome", outcome}, {"policy", policy.size}})
                 .value();
    }
    return sum;
  }

  // Everything pushed is in the store with its last value, in the dead letters, or counted as expired; nothing else is
  // in the store; and never were two requests of a lane under way.
  void expect_exact_store(const std::set<std::string>& expired_lines = {}) {
    ASSERT_TRUE(sink_->flush_and_wait(std::chrono::seconds{10}));
    std::multiset<std::string> dead;
    for (const DeadLetter& letter : dead_letters_.letters()) dead.insert(letter.line);
    FakeInflux::Points expected;
    for (const Pushed& line : pushed_lines_) {
      if (const auto letter = dead.find(line.line); letter != dead.end()) {
        dead.erase(letter);
      } else if (!expired_lines.contains(line.line)) {
        expected[{store_name(line.size), line.key}] = line.fields;
      }
    }
    EXPECT_TRUE(dead.empty()) << "a dead letter that was never pushed: " << *dead.begin();
    const auto stored = influx_.points();
    EXPECT_EQ(stored.size(), expected.size());
    EXPECT_TRUE(stored == expected);
    EXPECT_EQ(influx_.most_in_flight_of_a_lane(), 1);
    EXPECT_EQ(points_counted("written") + points_counted("dead_letter") + points_counted("expired"), pushed_);
    EXPECT_EQ(points_counted("dead_letter"), dead_letters_.letters().size());
    EXPECT_EQ(points_counted("rejected"), dead_letters_.letters().size());
    EXPECT_EQ(points_counted("expired"), expired_lines.size());
    EXPECT_EQ(sink_->queued_bytes(), 0U);
  }

  [[nodiscard]] std::string store_name(const std::string& size) const {
    return options_.endpoint.version == influx::Version::v1 ? size : "metrics/" + size;
  }

  struct Pushed {
    std::string size;
    std::string key;
    std::string fields;
    std::string line;
  };

  FakeInflux influx_;
  RecordingDeadLetters dead_letters_;
  ManualClock clock_;
  metrics::Registry registry_;
  SinkOptions options_;
  std::unique_ptr<Sink> sink_;
  std::vector<Pushed> pushed_lines_;
  std::uint64_t pushed_ = 0;
  std::int64_t next_offset_ = 1000;
  // Noon of the day before, so that a handful of points shares a shard group.
  TimeNs base_time_ = floor_to(clock_.now(), 24 * kHour) + 12 * kHour - 24 * kHour;
};

}  // namespace metricstream::sink
