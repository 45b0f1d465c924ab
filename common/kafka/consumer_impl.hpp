// Private to common/kafka: the consumer behind its interface.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/kafka/consumer.hpp"
#include "common/kafka/offset_commits.hpp"
#include "common/kafka/rdkafka_handles.hpp"

namespace metricstream::kafka {

class Consumer::Impl {
 public:
  Impl(ConsumerSettings settings, ConsumerListener& listener, LogCallback log);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> start();
  std::optional<ConsumedMessage> poll(std::chrono::milliseconds timeout);
  Result<void> assign(std::span<const PartitionOffset> positions);
  Result<std::vector<CommittedOffset>> committed(std::span<const std::int32_t> partitions,
                                                 std::chrono::milliseconds timeout);
  bool commit_async(std::span<const PartitionCommit> commits) { return commits_->send(commits); }
  [[nodiscard]] bool commit_in_flight() const { return commits_->in_flight(); }
  CommitError commit_sync(std::span<const PartitionCommit> commits, std::chrono::milliseconds timeout);
  Result<void> pause(std::int32_t partition);
  Result<void> resume(std::int32_t partition);
  [[nodiscard]] bool is_paused(std::int32_t partition) const { return paused_.contains(partition); }
  Result<void> seek(PartitionOffset position, std::chrono::milliseconds timeout);
  Result<Watermarks> watermarks(std::int32_t partition, std::chrono::milliseconds timeout);
  [[nodiscard]] std::optional<Watermarks> last_watermarks(std::int32_t partition) const;
  Result<std::int32_t> partition_count(std::chrono::milliseconds timeout);
  void close();

 private:
  void set_callbacks(rd_kafka_conf_t* conf);
  void subscribe();
  void rebalance(rd_kafka_resp_err_t code, const std::vector<std::int32_t>& partitions);
  void serve_commits(std::chrono::milliseconds timeout);
  void tell_error(const rd_kafka_message_t& message);
  void tell_error(rd_kafka_resp_err_t code, std::int32_t partition, std::int64_t offset, const char* text);
  void tell_fatal();
  // A list of this one partition.
  [[nodiscard]] OwnedList list_of(std::int32_t partition) const;
  [[nodiscard]] Error failure(const char* what, rd_kafka_resp_err_t code, std::int32_t partition) const;
  [[nodiscard]] Result<void> outcome(rd_kafka_resp_err_t code, const OwnedList& list, const char* what) const;

  const ConsumerSettings settings_;
  ConsumerListener& listener_;
  const LogCallback log_;
  OwnedClient client_;
  std::optional<OffsetCommits> commits_;
  std::set<std::int32_t> paused_;
  bool subscribed_ = false;
  bool owning_ = false;  // between on_assigned and on_revoked
  bool closing_ = false;
  bool assigned_ = false;  // assign() was called since the last rebalance began
  bool fatal_told_ = false;
};

}  // namespace metricstream::kafka
