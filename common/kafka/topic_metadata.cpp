#include "common/kafka/topic_metadata.hpp"

#include <algorithm>
#include <limits>

#include "common/kafka/client_conf.hpp"

namespace metricstream::kafka {

Result<std::optional<TopicShape>> fetch_topic_shape(rd_kafka_t& client, const std::string& topic,
                                                    std::chrono::milliseconds timeout) {
  const OwnedTopic handle(rd_kafka_topic_new(&client, topic.c_str(), nullptr));
  if (!handle) {
    return fail("Kafka topic '" + topic + "': " + text_of(rd_kafka_last_error()));
  }
  const rd_kafka_metadata_t* raw = nullptr;
  auto code = rd_kafka_metadata(&client, 0, handle.get(), &raw, static_cast<int>(timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail("cannot ask Kafka about topic '" + topic + "': " + text_of(code));
  }
  const OwnedMetadata metadata(raw);
  code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return std::nullopt;
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return fail("Kafka topic '" + topic + "': " + text_of(code));
  }
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  TopicShape shape{found.partition_cnt, std::numeric_limits<std::int32_t>::max()};
  for (int i = 0; i < found.partition_cnt; ++i) {
    shape.replication = std::min(shape.replication, found.partitions[i].replica_cnt);
  }
  return shape;
}

Result<std::int32_t> fetch_partition_count(rd_kafka_t& client, const std::string& topic,
                                           std::chrono::milliseconds timeout) {
  const auto shape = fetch_topic_shape(client, topic, timeout);
  if (!shape) {
    return std::unexpected(shape.error());
  }
  if (!*shape) {
    return fail("Kafka topic '" + topic + "' does not exist; create it with: metricstream-admin setup kafka");
  }
  return (*shape)->partitions;
}

}  // namespace metricstream::kafka
