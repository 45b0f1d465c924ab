#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/kafka/consumer.hpp"
#include "common/kafka/producer.hpp"
#include "common/log/logger.hpp"
#include "services/aggregator/aggregator_metrics.hpp"
#include "services/aggregator/dead_letter_queue.hpp"
#include "services/aggregator/lease.hpp"
#include "services/aggregator/partition.hpp"
#include "services/aggregator/settings.hpp"
#include "services/aggregator/sink/sink.hpp"
#include "services/aggregator/tick.hpp"

namespace metricstream::aggregator {

// The group member: reads the topic on one thread, hands each record to its partition, commits, ticks, and pauses where
// InfluxDB is behind. Everything runs on the thread that calls run(), but for the sink's and the producer's own
// threads.
class Aggregator final : public kafka::ConsumerListener {
 public:
  struct Parts {
    const AggregatorSettings& settings;
    const fold::FoldSettings& fold_settings;
    kafka::Producer& producer;  // of ticks
    sink::Sink& sink;
    DeadLetterQueue& dead_letters;
    Lease& lease;
    const Clock& clock;
    AggregatorMetrics& metrics;
  };

  Aggregator(Parts parts, Logger log);
  ~Aggregator() override;

  // Waits until Kafka knows the topic, or for `stop`; fails where the topic does not fit the configuration.
  Result<void> start(kafka::ConsumerSettings settings, const std::atomic<bool>& stop);
  // Joins the group and works until `stop` is set; then writes out what is queued, commits and leaves. Fails when going
  // on would be wrong.
  Result<void> run(const std::atomic<bool>& stop);

  // Why this process is not ready for traffic; none when it is. Any thread.
  [[nodiscard]] std::optional<std::string> not_ready() const;
  void on_assigned(std::span<const std::int32_t> partitions) override;
  void on_revoked(std::span<const std::int32_t> partitions, bool lost) override;
  void on_committed(const kafka::PartitionCommit& commit, kafka::CommitError error) override;
  void on_error(const kafka::ConsumerFailure& failure) override;

 private:
  // Assignment.
  void adopt_waiting();
  bool adopt(const kafka::CommittedOffset& committed, TimeNs deadline);
  void consume_adopted();
  [[nodiscard]] std::optional<kafka::Watermarks> ask_log_range(std::int32_t partition, TimeNs deadline);
  void release_all();

  // The poll loop's parts.
  void on_message(const kafka::ConsumedMessage& message);
  void on_gap(Partition& partition, const kafka::ConsumedMessage& message);
  void tend(TimeNs now);
  void commit(TimeNs now);
  void send_ticks(TimeNs now);
  void balance_pressure();
  void publish_status();
  void set_reason(std::optional<std::string> reason);
  [[nodiscard]] std::vector<kafka::PartitionCommit> commits();
  [[nodiscard]] TimeNs commit_interval() const;
  void drain();
  [[nodiscard]] std::string fenced() const;

  Parts parts_;
  const std::string settings_hash_;
  Logger log_;
  TickSchedule ticks_;
  std::unique_ptr<kafka::Consumer> consumer_;

  std::map<std::int32_t, std::unique_ptr<Partition>> partitions_;
  std::vector<std::int32_t> waiting_;            // assigned, but commit or log end could not be read yet
  std::map<std::int32_t, std::string> refused_;  // assigned, but there is no commit to begin at
  std::set<std::int32_t> sought_;                // a gap was seen and seek() called: once
  std::map<std::int32_t, std::int64_t> committed_;
  std::map<std::int32_t, fold::Account> accounts_;  // as of the last publish_status
  std::map<std::int32_t, std::uint64_t> buried_;
  std::uint64_t generation_ = 0;  // assignments so far
  std::uint64_t commit_generation_ = 0;
  TimeNs commit_sent_at_ = 0;
  TimeNs next_commit_ = 0;
  TimeNs next_tend_ = 0;
  TimeNs next_adopt_ = 0;
  bool paused_ = false;
  bool assigned_once_ = false;
  std::optional<std::string> fatal_;

  mutable std::mutex reason_mutex_;
  std::optional<std::string> reason_ = "waiting for the group's first assignment";
};

}  // namespace metricstream::aggregator
