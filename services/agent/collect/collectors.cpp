#include "services/agent/collect/collectors.hpp"

#include "services/agent/collect/cpu.hpp"
#include "services/agent/collect/disk_io.hpp"
#include "services/agent/collect/filesystem.hpp"
#include "services/agent/collect/load.hpp"
#include "services/agent/collect/memory.hpp"
#include "services/agent/collect/network.hpp"
#include "services/agent/collect/procfs.hpp"

namespace metricstream::agent {

std::vector<std::unique_ptr<Collector>> make_collectors(const SystemMetrics& system, const std::string& procfs,
                                                        const std::string& rootfs) {
  std::vector<std::unique_ptr<Collector>> out;
  if (!system.enabled) return out;
  const Procfs proc(procfs);
  if (system.cpu) out.push_back(std::make_unique<CpuCollector>(proc));
  if (system.memory) out.push_back(std::make_unique<MemoryCollector>(proc));
  if (system.load) out.push_back(std::make_unique<LoadCollector>(proc));
  if (system.disk) out.push_back(std::make_unique<DiskIoCollector>(proc, system.ignored_devices));
  if (system.disk) out.push_back(std::make_unique<FilesystemCollector>(proc, rootfs));
  if (system.network) out.push_back(std::make_unique<NetworkCollector>(proc, system.ignored_interfaces));
  return out;
}

}  // namespace metricstream::agent
