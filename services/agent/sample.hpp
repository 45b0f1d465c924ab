#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/model/sample.hpp"

namespace metricstream::agent {

using Tags = std::vector<std::pair<std::string, std::string>>;

// One measured value. `name` and `unit` are string literals of the collectors, so that a sample copies only its tags.
struct Sample {
  std::string_view name;
  double value = 0;
  TimeNs time = 0;
  MetricType type = MetricType::gauge;
  std::string_view unit;
  Tags tags;
};

using Samples = std::vector<Sample>;

}  // namespace metricstream::agent
