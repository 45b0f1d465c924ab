// Private to common/kafka.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/base/result.hpp"
#include "common/kafka/rdkafka_handles.hpp"

namespace metricstream::kafka {

struct TopicShape {
  std::int32_t partitions = 0;
  std::int32_t replication = 0;  // the smallest of its partitions'
};

// Asks a broker; blocks up to `timeout`. nullopt: no such topic. (A producer's question may make the broker create
// the topic where auto.create.topics.enable is on; a consumer's never does.)
[[nodiscard]] Result<std::optional<TopicShape>> fetch_topic_shape(rd_kafka_t& client, const std::string& topic,
                                                                  std::chrono::milliseconds timeout);

// The same, where the topic has to exist.
[[nodiscard]] Result<std::int32_t> fetch_partition_count(rd_kafka_t& client, const std::string& topic,
                                                         std::chrono::milliseconds timeout);

}  // namespace metricstream::kafka
