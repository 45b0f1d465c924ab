#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace metricstream {

// How a sample counts. Gauges and counters are *readings*: a value of a series at an instant, of which there is one.
// Histograms are *observations*: each one counts, also at the same instant.
enum class MetricType : std::uint8_t { gauge = 0, counter = 1, histogram = 2 };

[[nodiscard]] constexpr bool is_observation(MetricType type) { return type == MetricType::histogram; }

// "gauge", "counter", "histogram" and histogram's other names "timer", "distribution", "summary".
[[nodiscard]] constexpr std::optional<MetricType> parse_metric_type(std::string_view name) {
  if (name == "gauge") return MetricType::gauge;
  if (name == "counter") return MetricType::counter;
  if (name == "histogram" || name == "timer" || name == "distribution" || name == "summary") {
    return MetricType::histogram;
  }
  return std::nullopt;
}

[[nodiscard]] constexpr std::string_view to_string(MetricType type) {
  constexpr std::string_view names[] = {"gauge", "counter", "histogram"};
  return names[static_cast<std::size_t>(type)];
}

// Where a sample's stored timestamp came from; it decides the sample's identity (docs/record-format.md).
enum class Placement : std::uint8_t {
  own,       // the client's timestamp: a reading is identified by it
  adjusted,  // too far ahead, replaced by the acceptance time: identified by the original one
  arrival,   // none was given: acceptance time plus index, identified by batch key and index
};

}  // namespace metricstream
