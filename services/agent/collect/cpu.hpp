#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "services/agent/collect/collector.hpp"
#include "services/agent/collect/procfs.hpp"

namespace metricstream::agent {

// One "cpu" line of /proc/stat: clock ticks since boot. guest and guest_nice, which follow, are part of user and nice.
struct CpuTimes {
  enum Kind : std::size_t { user, nice, system, idle, iowait, irq, softirq, steal, kind_count };
  std::array<std::uint64_t, kind_count> ticks{};
};

struct CpuCore {
  std::string core;  // "0", "1", ...
  CpuTimes times;
};

struct CpuReading {
  CpuTimes total;
  std::vector<CpuCore> cores;
};

// Reads the text of /proc/stat (proc(5)); kernels before 2.6.11 print fewer columns, which count as 0.
[[nodiscard]] Result<CpuReading> parse_cpu(std::string_view text);

// Shares of the time between two readings, 0 to 100. Counters that fell (iowait does, see proc(5)) count as unchanged.
struct CpuShares {
  double usage = 0;   // everything but idle and iowait
  double user = 0;    // with nice
  double system = 0;  // with interrupts
  double iowait = 0;
  double steal = 0;
};
[[nodiscard]] std::optional<CpuShares> cpu_shares(const CpuTimes& before, const CpuTimes& after);

// cpu.usage.percent of the machine and, with tag `core`, of each core; user, system, iowait and steal of the machine.
void append_cpu_samples(const CpuReading& before, const CpuReading& after, TimeNs time, Samples& out);

class CpuCollector final : public Collector {
 public:
  explicit CpuCollector(Procfs procfs) : procfs_(std::move(procfs)) {}
  [[nodiscard]] std::string_view name() const override { return "cpu"; }
  [[nodiscard]] Result<void> collect(CollectionTime now, Samples& out) override;

 private:
  Procfs procfs_;
  std::optional<CpuReading> previous_;
};

}  // namespace metricstream::agent
