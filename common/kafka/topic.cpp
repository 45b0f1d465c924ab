#include "common/kafka/topic.hpp"

namespace metricstream::kafka {

std::vector<TopicDifference> differences(const TopicSpec& spec, const TopicDescription& found) {
  std::vector<TopicDifference> result;
  const auto compare = [&result](const std::string& name, const std::string& expected, const std::string& actual) {
    if (expected != actual) {
      result.push_back({name, expected, actual});
    }
  };
  compare("partitions", std::to_string(spec.partitions), std::to_string(found.partitions));
  compare("replication", std::to_string(spec.replication), std::to_string(found.replication));
  for (const auto& [name, expected] : spec.config) {
    const auto actual = found.config.find(name);
    compare(name, expected, actual == found.config.end() ? std::string() : actual->second);
  }
  return result;
}

}  // namespace metricstream::kafka
