#include "common/kafka/offset_commits.hpp"

#include "common/kafka/client_conf.hpp"
#include "common/kafka/error_codes.hpp"

namespace metricstream::kafka {
namespace {

// The list frees its elements' metadata with free(), by librdkafka's own allocator functions.
void set_metadata(rd_kafka_topic_partition_t& element, const PartitionCommit& commit, rd_kafka_t& client) {
  element.offset = commit.offset;
  if (!commit.metadata.empty()) {
    element.metadata = rd_kafka_mem_malloc(&client, commit.metadata.size());
    element.metadata_size = commit.metadata.copy(static_cast<char*>(element.metadata), commit.metadata.size());
  }
}

rd_kafka_resp_err_t code_of(const rd_kafka_topic_partition_list_t* list, std::int32_t partition) {
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    if (list->elems[i].partition == partition) {
      return list->elems[i].err;
    }
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

CommitError CommitAnswers::first_error() const {
  for (const auto& [commit, error] : answers) {
    if (error != CommitError::none) {
      return error;
    }
  }
  return CommitError::none;
}

OffsetCommits::OffsetCommits(rd_kafka_t& client, std::string topic)
    : client_(client), topic_(std::move(topic)), answers_(rd_kafka_queue_new(&client)) {}

bool OffsetCommits::send(std::span<const PartitionCommit> commits) {
  if (in_flight() || commits.empty()) {
    return false;
  }
  const OwnedList list(rd_kafka_topic_partition_list_new(static_cast<int>(commits.size())));
  for (const PartitionCommit& commit : commits) {
    set_metadata(*rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), commit.partition), commit, client_);
  }
  refused_ = rd_kafka_commit_queue(&client_, list.get(), answers_.get(), nullptr, nullptr);
  sent_.assign(commits.begin(), commits.end());
  return true;
}

std::optional<CommitAnswers> OffsetCommits::wait(std::chrono::milliseconds timeout) {
  if (!in_flight()) {
    return std::nullopt;
  }
  if (refused_ != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return answer_all(std::exchange(refused_, RD_KAFKA_RESP_ERR_NO_ERROR));
  }
  const OwnedEvent event(rd_kafka_queue_poll(answers_.get(), static_cast<int>(timeout.count())));
  if (!event || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_OFFSET_COMMIT) {
    return std::nullopt;
  }
  // A request that failed as a whole may still say NO_ERROR of each partition: the whole comes first.
  const auto code = rd_kafka_event_error(event.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return answer_all(code);
  }
  const auto* list = rd_kafka_event_topic_partition_list(event.get());
  CommitAnswers result;
  for (PartitionCommit& commit : std::exchange(sent_, {})) {
    const CommitError error = commit_error_of(code_of(list, commit.partition));
    result.answers.emplace_back(std::move(commit), error);
  }
  return result;
}

CommitAnswers OffsetCommits::answer_all(rd_kafka_resp_err_t code) {
  CommitAnswers result;
  for (PartitionCommit& commit : std::exchange(sent_, {})) {
    result.answers.emplace_back(std::move(commit), commit_error_of(code));
  }
  return result;
}

Result<std::vector<CommittedOffset>> fetch_committed(rd_kafka_t& client, const std::string& topic,
                                                     std::span<const std::int32_t> partitions,
                                                     std::chrono::milliseconds timeout) {
  const OwnedList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const std::int32_t partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
  }
  const auto code = rd_kafka_committed(&client, list.get(), static_cast<int>(timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail("cannot read the group's committed offsets of topic '" + topic + "': " + text_of(code));
  }
  std::vector<CommittedOffset> result;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& found = list->elems[i];
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return fail("cannot read the group's committed offset of topic '" + topic + "', partition " +
                  std::to_string(found.partition) + ": " + text_of(found.err));
    }
    CommittedOffset entry{found.partition, {}, {}};
    if (found.offset >= 0) {
      entry.offset = found.offset;
      entry.metadata.assign(static_cast<const char*>(found.metadata), found.metadata_size);
    }
    result.push_back(std::move(entry));
  }
  return result;
}

}  // namespace metricstream::kafka
