// Private to common/kafka: a group's commits, offset and metadata always together.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/kafka/consumer.hpp"
#include "common/kafka/rdkafka_handles.hpp"

namespace metricstream::kafka {

// The answer to one commit request.
struct CommitAnswers {
  std::vector<std::pair<PartitionCommit, CommitError>> answers;
  [[nodiscard]] CommitError first_error() const;
};

// At most one commit request in flight: the broker accepts a lower offset than the stored one, so two requests of
// which the first is retried could end with the older state. Used on one thread; gone before the client.
class OffsetCommits {
 public:
  OffsetCommits(rd_kafka_t& client, std::string topic);

  // False while a request is unanswered, or where there is nothing to commit.
  [[nodiscard]] bool send(std::span<const PartitionCommit> commits);
  [[nodiscard]] bool in_flight() const { return !sent_.empty(); }

  // The answer to the request in flight, nullopt where there is none (at once) or none within `timeout`.
  [[nodiscard]] std::optional<CommitAnswers> wait(std::chrono::milliseconds timeout);

 private:
  CommitAnswers answer_all(rd_kafka_resp_err_t code);

  rd_kafka_t& client_;
  const std::string topic_;
  OwnedQueue answers_;
  std::vector<PartitionCommit> sent_;
  rd_kafka_resp_err_t refused_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // the send itself failed: answered by the next wait()
};

// The group's commits as the coordinator has them; one entry a partition, in the order asked.
[[nodiscard]] Result<std::vector<CommittedOffset>> fetch_committed(rd_kafka_t& client, const std::string& topic,
                                                                   std::span<const std::int32_t> partitions,
                                                                   std::chrono::milliseconds timeout);

}  // namespace metricstream::kafka
