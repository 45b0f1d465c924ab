#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "services/aggregator/aggregator.hpp"
#include "tests/integration/aggregator/append_time_log.hpp"
#include "tests/support/fake_influx.hpp"
#include "tests/support/mock_kafka.hpp"

namespace metricstream::test {

// An Aggregator on a mock cluster and a fake InfluxDB, run by a thread of its own, with two partitions and windows of
// 1 s. The commits and the log that it begins with are made before start().
//
// Its ticks and dead letters go to a second cluster, `aside`: the mock gives them no LogAppendTime, so that a tick
// would stop its partition. Stream time goes on with append_tick().
class RunningAggregator {
 public:
  static constexpr int kPartitions = 2;

  RunningAggregator();
  ~RunningAggregator();  // as stop()
  RunningAggregator(const RunningAggregator&) = delete;
  RunningAggregator& operator=(const RunningAggregator&) = delete;

  // The group's commit as an earlier owner left it; before the group's first member joins.
  void commit(std::int32_t partition, std::int64_t offset, const std::string& metadata);
  void commit_first();  // as `metricstream-admin setup kafka` does
  // Of a member of the same group.
  [[nodiscard]] kafka::ConsumerSettings member_settings() const;
  [[nodiscard]] kafka::CommittedOffset committed(std::int32_t partition) const;

  std::int64_t append(std::int32_t partition, TimeNs at, std::string_view payload, int hole = 0);
  void append_with_create_time(std::int32_t partition, std::string payload);
  std::int64_t append_tick(std::int32_t partition, TimeNs at);
  // One reading of series `name` with this value.
  std::int64_t append_sample(std::int32_t partition, TimeNs at, const std::string& name, double value);

  void start();
  void ask_to_stop() { stop_ = true; }
  // Asks for a clean end and waits for it; what run() or start() returned.
  Result<void> stop();
  [[nodiscard]] bool has_ended() const { return ended_; }

  [[nodiscard]] std::optional<std::string> not_ready() const { return aggregator_->not_ready(); }
  [[nodiscard]] std::string metrics() const;
  [[nodiscard]] std::string log_text() const;

  MockKafka cluster;
  MockKafka aside;
  testing::FakeInflux influx;
  aggregator::AggregatorSettings settings;  // may be changed before start()
  TimeNs base_time;                         // a whole minute, some minutes ago

 private:
  void make_parts();

  AppendTimeLog log_;
  SystemClock clock_;
  mutable std::mutex lines_mutex_;
  std::string lines_;
  Logger logger_;
  std::unique_ptr<metrics::Registry> registry_ = std::make_unique<metrics::Registry>();
  std::unique_ptr<aggregator::AggregatorMetrics> metrics_;
  std::unique_ptr<kafka::Producer> producer_;
  std::unique_ptr<aggregator::DeadLetterQueue> dead_letters_;
  std::unique_ptr<aggregator::Lease> lease_;
  std::unique_ptr<sink::Sink> sink_;
  fold::FoldSettings fold_settings_;
  std::unique_ptr<aggregator::Aggregator> aggregator_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> ended_{false};
  Result<void> result_;
  std::thread thread_;
};

}  // namespace metricstream::test
