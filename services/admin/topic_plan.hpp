#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/kafka/topic.hpp"

namespace metricstream::admin {

struct TopicPlanOptions {
  std::string raw_topic = "metrics-raw";
  std::int32_t partitions = 12;
  std::int32_t replication = 1;
};

// The topics of the pipeline: metrics-raw, metrics-dlq, metrics-late; all with N partitions, kept for 7 days, LZ4.
// metrics-raw has LogAppendTime (stream time is the brokers', see docs/architecture.md). With three replicas or more a
// write is acknowledged by two.
[[nodiscard]] std::vector<kafka::TopicSpec> topic_plan(const TopicPlanOptions& options);

// True where an existing topic cannot be used as it is: another N, or timestamps that clients choose.
[[nodiscard]] bool is_unusable(const std::vector<kafka::TopicDifference>& differences);

// "partitions is 6, expected 12"
[[nodiscard]] std::string describe(const kafka::TopicDifference& difference);

// What puts a difference right: a command of Kafka's own tools, or a setting of ours.
[[nodiscard]] std::string remedy(const std::string& topic, const kafka::TopicDifference& difference);

}  // namespace metricstream::admin
