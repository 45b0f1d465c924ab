// Private to common/kafka: requests of Kafka's admin protocol, made and awaited. Each blocks up to `timeout`.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "common/base/result.hpp"
#include "common/kafka/rdkafka_handles.hpp"
#include "common/kafka/topic.hpp"

namespace metricstream::kafka {

[[nodiscard]] Result<void> request_topic(rd_kafka_t& client, const TopicSpec& spec, std::chrono::milliseconds timeout);

[[nodiscard]] Result<std::map<std::string, std::string>> describe_topic_config(rd_kafka_t& client,
                                                                               const std::string& topic,
                                                                               std::chrono::milliseconds timeout);

}  // namespace metricstream::kafka
