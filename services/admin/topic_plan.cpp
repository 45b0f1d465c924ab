#include "services/admin/topic_plan.hpp"

#include <algorithm>
#include <chrono>
#include <map>

namespace metricstream::admin {
namespace {

constexpr std::chrono::milliseconds kRetention = std::chrono::days{7};

std::map<std::string, std::string> common_configuration(std::int32_t replication) {
  return {{"cleanup.policy", "delete"},
          {"compression.type", "lz4"},
          {"min.insync.replicas", replication >= 3 ? "2" : "1"},
          {"retention.bytes", "-1"},
          {"retention.ms", std::to_string(kRetention.count())}};
}

}  // namespace

std::vector<kafka::TopicSpec> topic_plan(const TopicPlanOptions& options) {
  std::vector<kafka::TopicSpec> topics;
  for (const std::string& name : {options.raw_topic, std::string("metrics-dlq"), std::string("metrics-late")}) {
    topics.push_back({.name = name,
                      .partitions = options.partitions,
                      .replication = options.replication,
                      .config = common_configuration(options.replication)});
  }
  topics.front().config["message.timestamp.type"] = "LogAppendTime";
  return topics;
}

bool is_unusable(const std::vector<kafka::TopicDifference>& differences) {
  return std::ranges::any_of(differences, [](const kafka::TopicDifference& difference) {
    return difference.name == "partitions" || difference.name == "message.timestamp.type";
  });
}

std::string describe(const kafka::TopicDifference& difference) {
  return difference.name + " is " + (difference.found.empty() ? "not set" : difference.found) + ", expected " +
         difference.expected;
}

std::string remedy(const std::string& topic, const kafka::TopicDifference& difference) {
  if (difference.name == "partitions") {
    return "a topic's number of partitions never changes: set kafka.partitions to " + difference.found +
           " at every service, or take another topic";
  }
  if (difference.name == "replication") return "kafka-reassign-partitions.sh changes the replicas of " + topic;
  return "kafka-configs.sh --alter --entity-type topics --entity-name " + topic + " --add-config " + difference.name +
         "=" + difference.expected;
}

}  // namespace metricstream::admin
