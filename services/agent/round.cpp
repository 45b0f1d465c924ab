#include "services/agent/round.hpp"

#include <cmath>

namespace metricstream::agent {

Round collect_round(const std::vector<std::unique_ptr<Collector>>& collectors, CollectionTime now) {
  now.wall = floor_to(now.wall, kMillisecond);
  Round round;
  for (const auto& collector : collectors) {
    const std::size_t before = round.samples.size();
    const auto result = collector->collect(now, round.samples);
    if (result) continue;
    round.samples.resize(before);
    round.failures.push_back({std::string(collector->name()), result.error().message});
  }
  std::erase_if(round.samples, [](const Sample& sample) { return !std::isfinite(sample.value); });
  return round;
}

}  // namespace metricstream::agent
