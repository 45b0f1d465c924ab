#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/kafka/consumed_message.hpp"
#include "common/kafka/errors.hpp"
#include "common/kafka/settings.hpp"

namespace metricstream::kafka {

struct PartitionOffset {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  bool operator==(const PartitionOffset&) const = default;
};

// Offset and metadata of a group's commit always travel together.
struct PartitionCommit {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string metadata;  // ASCII
  bool operator==(const PartitionCommit&) const = default;
};

struct CommittedOffset {
  std::int32_t partition = 0;
  std::optional<std::int64_t> offset;  // nullopt: the group never committed here, or it expired
  std::string metadata;
  bool operator==(const CommittedOffset&) const = default;
};

struct Watermarks {
  std::int64_t low = 0;   // first offset still in the log
  std::int64_t high = 0;  // the offset the next message will get
};

struct ConsumerFailure {
  ConsumerError error = ConsumerError::other;
  std::int32_t partition = -1;  // -1: not about one partition
  std::int64_t offset = -1;     // -1: unknown
  std::string text;
};

// Told about the group's life. Every call happens inside Consumer::poll or ::close, on the polling thread.
class ConsumerListener {
 public:
  virtual ~ConsumerListener() = default;

  // The group gave us these partitions (all we now own: the protocol is eager). Read committed(), then assign() each
  // with its position. A partition left out is owned but not consumed; assign() may also be called later, from
  // outside, when committed() could not be read: never fall back to another offset.
  virtual void on_assigned(std::span<const std::int32_t> partitions) = 0;

  // We own none of these after this call returns. Unless `lost`, a last commit (commit_sync) may still succeed.
  virtual void on_revoked(std::span<const std::int32_t> partitions, bool lost) = 0;

  // The answer to commit_async, partition by partition.
  virtual void on_committed(const PartitionCommit& commit, CommitError error) = 0;

  virtual void on_error(const ConsumerFailure& failure) = 0;
};

// A group member on one topic: eager range assignment, static membership, no automatic commit, no automatic offset
// reset, CRC check on. It starts to join at the first poll.
//
// Threads: one thread makes every call, and polls at least every max_poll_interval (also while all is paused).
class Consumer {
 public:
  // `listener` must outlive the consumer.
  [[nodiscard]] static Result<std::unique_ptr<Consumer>> create(ConsumerSettings settings, ConsumerListener& listener,
                                                                LogCallback log);
  ~Consumer();  // close() if that has not been called; a listener that calls back into the consumer wants it before
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // The next message, or nullopt after `timeout` or when something else (callbacks, an error) was served.
  // Per-partition continuity is the caller's check: an offset below the expected one is to be ignored, one above it
  // asks for seek(), once.
  [[nodiscard]] std::optional<ConsumedMessage> poll(std::chrono::milliseconds timeout);

  // What is consumed from now on, replacing everything before. Forgets pauses. An empty list is fine.
  [[nodiscard]] Result<void> assign(std::span<const PartitionOffset> positions);

  // The group's commits. Blocks up to `timeout`. One entry a partition asked for, in the same order.
  [[nodiscard]] Result<std::vector<CommittedOffset>> committed(std::span<const std::int32_t> partitions,
                                                               std::chrono::milliseconds timeout);

  // Sends one commit request for these partitions; on_committed answers for each. False, and nothing is sent, while
  // an earlier request is unanswered: requests never overtake each other, so a commit never goes backwards.
  [[nodiscard]] bool commit_async(std::span<const PartitionCommit> commits);
  [[nodiscard]] bool commit_in_flight() const;

  // The last commit of a revocation: waits for an unanswered commit_async, sends, and waits for the answer, all within
  // `timeout`. The first partition that failed speaks for all. Without an answer the request stays in flight, the
  // result is coordinator_unavailable, and on_committed follows in a later poll.
  [[nodiscard]] CommitError commit_sync(std::span<const PartitionCommit> commits, std::chrono::milliseconds timeout);

  // Stops and restarts fetching without leaving the group; resuming what is not paused does nothing.
  [[nodiscard]] Result<void> pause(std::int32_t partition);
  [[nodiscard]] Result<void> resume(std::int32_t partition);
  [[nodiscard]] bool is_paused(std::int32_t partition) const;

  // The next message of the partition is the one at `offset`. Blocks up to `timeout`.
  [[nodiscard]] Result<void> seek(PartitionOffset position, std::chrono::milliseconds timeout);

  // Asks the partition's leader. Blocks up to `timeout`.
  [[nodiscard]] Result<Watermarks> watermarks(std::int32_t partition, std::chrono::milliseconds timeout);
  // As of the last fetch answer, without asking; nullopt before the first. For lag gauges.
  [[nodiscard]] std::optional<Watermarks> last_watermarks(std::int32_t partition) const;

  // Blocks up to `timeout`: at start-up.
  [[nodiscard]] Result<std::int32_t> partition_count(std::chrono::milliseconds timeout);

  // Leaves (a static member keeps its place until its session ends) with on_revoked and outstanding on_committed
  // calls made inside. Blocks, at most about 10 s. No call but the destructor may follow.
  void close();

 private:
  class Impl;
  explicit Consumer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace metricstream::kafka
