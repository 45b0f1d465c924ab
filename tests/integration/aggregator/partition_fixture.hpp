#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/aggregator/partition.hpp"
#include "tests/integration/aggregator/records.hpp"

namespace metricstream::aggregator {

// Keeps what it is given, and its answers for the test to make.
class FakeDeadRecords final : public DeadRecordSink {
 public:
  struct Letter {
    std::int32_t partition;
    std::int64_t offset;
    std::string record;
    std::string reason;
    std::function<void(bool)> done;
  };
  void submit_record(std::int32_t partition, std::int64_t offset, std::string_view record, std::string_view reason,
                     std::function<void(bool stored)> done) override {
    letters.push_back({partition, offset, std::string(record), std::string(reason), std::move(done)});
  }
  std::vector<Letter> letters;
};

// A Partition over a log in memory, with real lanes that no sink empties, so that the test decides what is durable.
class PartitionTest : public ::testing::Test {
 protected:
  static constexpr std::int32_t kId = 3;
  static constexpr TimeNs kBase = 20'000 * 24 * kHour;  // a multiple of every window

  static fold::FoldSettings small_settings() {
    fold::FoldSettings out;
    out.windows = {{10 * kSecond, 0}};
    out.max_age = 10 * kSecond;
    out.delivery_slack = out.max_clock_error = kSecond;
    out.predecessor_window = out.repeat_window = 0;
    return out;
  }

  std::unique_ptr<Partition> begin(std::int64_t offset = 0, fold::CommitMetadata commit = {}) {
    for (const auto& [size, lane] : lanes_.lanes()) expect_empty(*lane);
    return std::make_unique<Partition>(kId, offset, std::move(commit),
                                       Partition::Environment{settings_, hash_, lanes_, dead_}, Logger::null());
  }
  // A successor of whoever made this commit.
  std::unique_ptr<Partition> begin(const kafka::PartitionCommit& commit) {
    return begin(commit.offset, fold::parse_commit_metadata(commit.metadata).value());
  }

  // Everything in the log is written when the broker's clock shows kBase + `at`.
  void log(TimeNs at, Record record) {
    record.accepted_at = kBase + at;
    record.max_age = settings_.max_age;
    record.partitions = settings_.partitions;
    log_bytes(at, test::encoded(record));
  }
  void log_bytes(TimeNs at, std::string bytes) { log_.push_back({kBase + at, std::move(bytes)}); }
  void log_tick(TimeNs at) { log(at, test::tick_record(0, 0)); }
  void log_sample(TimeNs at, double value, std::string_view name = "cpu") {
    log(at, test::sample_record(kBase + at, 0, name, value));
  }

  [[nodiscard]] LogEntry entry(std::int64_t offset) const {
    const auto& [at, bytes] = log_.at(static_cast<std::size_t>(offset));
    return {offset, kafka::TimestampType::log_append_time, at, bytes};
  }
  [[nodiscard]] std::int64_t log_end() const { return static_cast<std::int64_t>(log_.size()); }

  // Everything from where the partition is up to `end`.
  void feed(Partition& partition, std::int64_t end) const {
    while (partition.expected() < end) {
      ASSERT_EQ(partition.on_message(entry(partition.expected())), Partition::Outcome::folded)
          << partition.stopped().value_or("");
    }
  }
  void feed(Partition& partition) const { feed(partition, log_end()); }

  // What stands in a lane, oldest first; durable from here on. As "fields time", since there is but one series a name.
  std::vector<std::string> settle(const std::string& size) {
    sink::Lane& lane = lanes_.lane(size);
    lane.flush();
    std::vector<std::string> out;
    TimeNs sleep_until = 0;
    while (const auto batch = lane.take(0, &sleep_until)) {
      for (std::size_t i = 0; i < batch->lines.size(); ++i) out.emplace_back(batch->lines.line(i));
      lane.settle(*batch);
    }
    return out;
  }
  void settle_all() {
    (void)settle("raw");
    (void)settle("10s");
  }
  // As InfluxDB keeps them: the later line of a series and time wins.
  void store_all(std::map<std::string, std::string>& store) {
    for (const char* size : {"raw", "10s"}) {
      for (const std::string& line : settle(size)) {
        const auto fields = line.find(' ');
        const auto time = line.rfind(' ');
        store[std::string(size) + " " + line.substr(0, fields) + line.substr(time)] =
            line.substr(fields, time - fields);
      }
    }
  }

  static fold::CommitMetadata metadata_of(const std::optional<kafka::PartitionCommit>& commit) {
    EXPECT_TRUE(commit);
    return commit ? fold::parse_commit_metadata(commit->metadata).value() : fold::CommitMetadata{};
  }

  fold::FoldSettings settings_ = small_settings();
  std::string hash_ = settings_.hash();
  sink::LaneSet lanes_{{{"raw", make_lane("raw")}, {"10s", make_lane("10s")}}};
  FakeDeadRecords dead_;

 private:
  static void expect_empty(const sink::Lane& lane) {
    EXPECT_EQ(lane.queued_lines(), 0U) << "an earlier owner's output";
  }
  static std::shared_ptr<sink::Lane> make_lane(const char* size) {
    return std::make_shared<sink::Lane>(*influx::default_policy(size), sink::BatchLimits{}, [] {});
  }

  std::vector<std::pair<TimeNs, std::string>> log_;
};

}  // namespace metricstream::aggregator
