#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/agent/collect/collector.hpp"
#include "services/agent/sample.hpp"

namespace metricstream::agent {

struct CollectorFailure {
  std::string collector;
  std::string message;
};

// What all collectors measured at one instant. One that fails does not keep the others from measuring.
struct Round {
  Samples samples;
  std::vector<CollectorFailure> failures;
};

// Wall time is cut to milliseconds: all samples of a round carry the same timestamp.
[[nodiscard]] Round collect_round(const std::vector<std::unique_ptr<Collector>>& collectors, CollectionTime now);

}  // namespace metricstream::agent
