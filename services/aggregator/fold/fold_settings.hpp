#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "services/aggregator/fold/rule.hpp"

namespace metricstream::fold {

struct WindowSize {
  TimeNs size = kMinute;
  TimeNs grace = 10 * kSecond;  // a first result is due once stream time is this far past the window's end
};

// How a point is named in InfluxDB.
enum class Layout : std::uint8_t {
  per_metric,  // measurement = metric name
  single,      // the documents' layout: measurement server_metrics, tag metric_name
};

// Everything that the fold's results depend on besides the log itself. All owners of a partition, now and later, must
// agree on it; its hash travels with every commit.
struct FoldSettings {
  std::vector<WindowSize> windows{WindowSize{}};
  RuleSet rules;
  Layout layout = Layout::per_metric;
  std::int32_t partitions = 12;

  TimeNs max_age = 75 * kMinute;            // H: the oldest a sample may be when it is accepted
  TimeNs max_future = 60 * kSecond;         // F
  TimeNs delivery_slack = 60 * kSecond;     // D: an acknowledged record is appended this long after acceptance at most
  TimeNs max_clock_error = 60 * kSecond;    // S: largest disagreement among the clocks of ingest hosts and brokers
  TimeNs revision_interval = 60 * kSecond;  // U: changed results are written where stream time crosses a multiple of it
  TimeNs repeat_window = 10 * kMinute;      // how late a batch whose samples have no own timestamps may be repeated
  TimeNs predecessor_window = 5 * kMinute;  // `increase` looks this far back

  // The largest window: the unit of state and of closing.
  [[nodiscard]] TimeNs block() const;
  // G: no acknowledged sample of a block can be folded once stream time is this far past the block's end.
  [[nodiscard]] TimeNs horizon() const { return max_age + delivery_slack + max_clock_error; }
  // 16 hexadecimal digits over everything above.
  [[nodiscard]] std::string hash() const;
};

// What is wrong with a setting, and which one by its path in the configuration: "windows[1].size".
struct SettingFault {
  std::string path;
  std::string message;
};

// All that is wrong. Sizes must be 1 s to 10 min, distinct, and divide the largest one; rules may only name configured
// sizes, and no field twice; times must not be negative.
[[nodiscard]] std::vector<SettingFault> faults_of(const FoldSettings& settings);

}  // namespace metricstream::fold
