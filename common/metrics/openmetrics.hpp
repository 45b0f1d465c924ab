#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

namespace metricstream::metrics {

// OpenMetrics text 1.0.0 of counters, gauges and histograms, with its closing "# EOF". prometheus-cpp only writes
// format 0.0.4. Source: the OpenMetrics specification, section "Text Format".
[[nodiscard]] std::string write_openmetrics(const std::vector<prometheus::MetricFamily>& families);

}  // namespace metricstream::metrics
