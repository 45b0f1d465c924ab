#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace metricstream::kafka {

// A topic as it should be. Configuration names are Kafka's ("message.timestamp.type", "retention.ms", ...).
struct TopicSpec {
  std::string name;
  std::int32_t partitions = 1;
  std::int32_t replication = 1;
  std::map<std::string, std::string> config;
};

// A topic as it is: `config` holds every setting with its effective value, defaults included.
struct TopicDescription {
  std::string name;
  std::int32_t partitions = 0;
  std::int32_t replication = 0;  // the smallest of its partitions'
  std::map<std::string, std::string> config;
};

struct TopicDifference {
  std::string name;  // "partitions", "replication" or a configuration name
  std::string expected;
  std::string found;  // empty: not there
  bool operator==(const TopicDifference&) const = default;
};

// What of `spec` does not hold for the existing topic, in the order partitions, replication, configuration by name.
// Settings that `spec` does not name may be anything. Nothing is ever changed silently: the caller shows this.
[[nodiscard]] std::vector<TopicDifference> differences(const TopicSpec& spec, const TopicDescription& found);

}  // namespace metricstream::kafka
