#include "services/agent/collect/load.hpp"

#include <cmath>
#include <utility>

#include "services/agent/collect/text_scan.hpp"

namespace metricstream::agent {

Result<LoadReading> parse_load(std::string_view text) {
  auto line = next_line(text).value_or("");
  LoadReading reading;
  for (double* average : {&reading.one, &reading.five, &reading.fifteen}) {
    const auto field = next_field(line);
    const auto value = parse_number<double>(field);
    if (!value || !std::isfinite(*value) || *value < 0) return malformed("loadavg", 1, "a load average", field);
    *average = *value;
  }
  return reading;
}

void append_load_samples(const LoadReading& reading, TimeNs time, Samples& out) {
  const auto add = [&](std::string_view name, double value) {
    out.push_back({name, value, time, MetricType::gauge, "", {}});
  };
  add("load.1m", reading.one);
  add("load.5m", reading.five);
  add("load.15m", reading.fifteen);
}

Result<void> LoadCollector::collect(CollectionTime now, Samples& out) {
  const auto text = procfs_.read("loadavg");
  if (!text) return std::unexpected(text.error());
  const auto reading = parse_load(*text);
  if (!reading) return std::unexpected(reading.error());
  append_load_samples(*reading, now.wall, out);
  return {};
}

}  // namespace metricstream::agent
