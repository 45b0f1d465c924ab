#include "common/kafka/offset_ranges.hpp"

#include <algorithm>

#include "common/kafka/client_conf.hpp"

namespace metricstream::kafka {
namespace {

// The protocol's special "timestamps" of a ListOffsets request.
constexpr std::int64_t kEarliest = -2;
constexpr std::int64_t kLatest = -1;

// Not rd_kafka_query_watermark_offsets: in 2.0.2 that waits for ever, whatever its time-out, while the leader is away.
Result<std::vector<std::int64_t>> list_offsets(rd_kafka_t& client, const std::string& topic,
                                               std::span<const std::int32_t> partitions, std::int64_t which,
                                               std::chrono::milliseconds timeout) {
  const std::string what = "cannot ask for the offsets of Kafka topic '" + topic + "'";
  const OwnedList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const std::int32_t partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = which;
  }
  const auto code = rd_kafka_offsets_for_times(&client, list.get(), static_cast<int>(timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail(what + ": " + text_of(code));
  }
  std::vector<std::int64_t> offsets;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& answer = list->elems[i];
    if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR || answer.offset < 0) {
      return fail(what + ", partition " + std::to_string(answer.partition) + ": " + text_of(answer.err));
    }
    offsets.push_back(answer.offset);
  }
  return offsets;
}

}  // namespace

Result<std::vector<OffsetRange>> fetch_offset_ranges(rd_kafka_t& client, const std::string& topic,
                                                     std::span<const std::int32_t> partitions,
                                                     std::chrono::milliseconds timeout) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + timeout;
  const auto begins = list_offsets(client, topic, partitions, kEarliest, timeout);
  if (!begins) {
    return std::unexpected(begins.error());
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  const auto ends = list_offsets(client, topic, partitions, kLatest, std::max(left, std::chrono::milliseconds(1)));
  if (!ends) {
    return std::unexpected(ends.error());
  }
  std::vector<OffsetRange> ranges;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    ranges.push_back({partitions[i], (*begins)[i], (*ends)[i]});
  }
  return ranges;
}

}  // namespace metricstream::kafka
