#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/result.hpp"
#include "services/agent/collect/collector.hpp"
#include "services/agent/collect/procfs.hpp"

namespace metricstream::agent {

// Bytes, from /proc/meminfo.
struct MemoryReading {
  std::uint64_t total = 0;
  std::uint64_t free = 0;
  std::uint64_t available = 0;  // what programs can still get without swapping
  std::uint64_t buffers = 0;
  std::uint64_t cached = 0;
  std::uint64_t swap_total = 0;
  std::uint64_t swap_free = 0;
};

// Reads the text of /proc/meminfo (proc(5)). Kernels before 3.14 have no MemAvailable: free + buffers + cached then.
[[nodiscard]] Result<MemoryReading> parse_memory(std::string_view text);

// mem.{total,used,available,free,buffers,cached}.bytes, mem.used.percent, swap.{total,used}.bytes. Used is total less
// available.
void append_memory_samples(const MemoryReading& reading, TimeNs time, Samples& out);

class MemoryCollector final : public Collector {
 public:
  explicit MemoryCollector(Procfs procfs) : procfs_(std::move(procfs)) {}
  [[nodiscard]] std::string_view name() const override { return "memory"; }
  [[nodiscard]] Result<void> collect(CollectionTime now, Samples& out) override;

 private:
  Procfs procfs_;
};

}  // namespace metricstream::agent
