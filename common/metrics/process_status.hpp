#pragma once

#include <optional>
#include <string_view>

namespace metricstream::metrics {

// The values of Prometheus' standard process_* metrics.
struct ProcessStatus {
  double cpu_seconds = 0;
  double virtual_bytes = 0;
  double resident_bytes = 0;
  double start_time_seconds = 0;  // since the epoch
  double threads = 0;
  double open_fds = 0;
  double max_fds = 0;
};

// Fills what /proc/PID/stat holds (proc(5)); the start time is still counted from boot. Nothing for text of another
// shape.
[[nodiscard]] std::optional<ProcessStatus> parse_proc_stat(std::string_view stat, double ticks_per_second,
                                                           double page_bytes);

// This process, read from /proc; blocks for microseconds.
[[nodiscard]] std::optional<ProcessStatus> read_process_status();

}  // namespace metricstream::metrics
