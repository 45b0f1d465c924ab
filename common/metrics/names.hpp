#pragma once

#include <string_view>

#include "common/metrics/registry.hpp"

namespace metricstream::metrics {

// Throw std::invalid_argument with the rule that is broken: names are written in our code, so a bad one is a bug.
void require_metric_name(std::string_view name, bool counter);
void require_labels(const Labels& labels);

}  // namespace metricstream::metrics
