#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "services/agent/collect/collector.hpp"
#include "services/agent/collect/procfs.hpp"

namespace metricstream::agent {

// Average number of runnable and uninterruptible tasks over 1, 5 and 15 minutes.
struct LoadReading {
  double one = 0;
  double five = 0;
  double fifteen = 0;
};

// Reads the text of /proc/loadavg (proc(5)).
[[nodiscard]] Result<LoadReading> parse_load(std::string_view text);

// load.1m, load.5m, load.15m.
void append_load_samples(const LoadReading& reading, TimeNs time, Samples& out);

class LoadCollector final : public Collector {
 public:
  explicit LoadCollector(Procfs procfs) : procfs_(std::move(procfs)) {}
  [[nodiscard]] std::string_view name() const override { return "load"; }
  [[nodiscard]] Result<void> collect(CollectionTime now, Samples& out) override;

 private:
  Procfs procfs_;
};

}  // namespace metricstream::agent
