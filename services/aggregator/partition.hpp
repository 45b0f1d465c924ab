#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/codec/record.hpp"
#include "common/kafka/consumer.hpp"
#include "common/log/logger.hpp"
#include "services/aggregator/dead_record_sink.hpp"
#include "services/aggregator/fold/commit_metadata.hpp"
#include "services/aggregator/fold/partition_fold.hpp"
#include "services/aggregator/line_output.hpp"
#include "services/aggregator/log_entry.hpp"
#include "services/aggregator/sink/sink.hpp"

namespace metricstream::aggregator {

// One partition as long as this process owns it: its fold, its lanes, its commits. Begins at a commit, replays up to
// where that commit's output was durable, then goes live. What makes it impossible to go on without losing or doubling
// something stops the partition, with a reason for the operator, and loses nothing.
//
// Fold thread only. Closing the lanes is the owner's business.
class Partition {
 public:
  struct Environment {
    const fold::FoldSettings& settings;
    const std::string& settings_hash;
    sink::LaneSet& lanes;
    DeadRecordSink& dead_records;
  };

  // `commit` is the group's commit for this partition.
  Partition(std::int32_t id, std::int64_t committed_offset, fold::CommitMetadata commit, Environment environment,
            Logger log);

  // Stops the partition where it cannot begin at its commit in a log with these ends; before the first message.
  void check_log(kafka::Watermarks log);

  // The next offset to be consumed. The first one is B, or record n - 1 where its fingerprint is to be checked.
  [[nodiscard]] std::int64_t expected() const { return expected_; }

  enum class Outcome : std::uint8_t { folded, ignored, gap, stopped };
  // `gap`: there are offsets between expected() and this message; it was not folded.
  Outcome on_message(const LogEntry& message);
  void stop(std::string reason);
  [[nodiscard]] const std::optional<std::string>& stopped() const { return stopped_; }

  // Closes what can be closed, and gives what is to be committed now; none while stopped.
  [[nodiscard]] std::optional<kafka::PartitionCommit> commit();

  [[nodiscard]] std::int32_t id() const { return id_; }
  [[nodiscard]] bool replaying() const { return fold_.replaying(); }
  [[nodiscard]] const fold::PartitionFold& fold() const { return fold_; }
  [[nodiscard]] const fold::CommitMetadata& begun_with() const { return begun_with_; }
  [[nodiscard]] std::uint64_t replayed_records() const { return replayed_; }
  [[nodiscard]] std::uint64_t dead_lettered_records() const { return dead_lettered_; }

 private:
  // An undecodable record on its way to metrics-dlq: n stays at or below it until Kafka has it.
  struct Burial {
    TimeNs stream_time;  // before the record
    std::string record;
    std::string reason;
    bool failed = false;  // submitted again with the next commit
  };
  // By offset; the reports come on other threads and may outlive the partition.
  struct Burials {
    std::mutex mutex;
    std::map<std::int64_t, Burial> pending;
  };

  [[nodiscard]] bool check_fingerprint(const LogEntry& message);
  void fold_message(const LogEntry& message);
  void bury(const LogEntry& message, const std::string& reason);
  void submit_burial(std::int64_t offset, const Burial& burial);
  void repeat_failed_burials();
  [[nodiscard]] std::string hash_to_commit() const;
  [[nodiscard]] fold::Position durable() const;
  [[nodiscard]] std::string fingerprint_before(std::int64_t offset) const;
  void remember_fingerprint(const LogEntry& message);
  void went_live();

  const std::int32_t id_;
  const fold::CommitMetadata begun_with_;
  const std::int64_t begin_;     // B
  const bool settings_changed_;  // since the commit: what was written may differ from what the state gives now
  Environment environment_;
  Logger log_;
  LineOutput output_;
  fold::PartitionFold fold_;
  Record record_;

  std::int64_t expected_;
  std::optional<std::string> stopped_;
  std::optional<TimeNs> revising_until_;  // results of windows before this are being written again
  std::uint64_t replayed_ = 0;
  std::uint64_t dead_lettered_ = 0;

  std::deque<std::string> fingerprints_;  // of consecutive records
  std::int64_t first_fingerprint_ = 0;    // offset of the front
  std::shared_ptr<Burials> burials_ = std::make_shared<Burials>();
};

}  // namespace metricstream::aggregator
