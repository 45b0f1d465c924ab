#pragma once

#include <memory>
#include <string>
#include <vector>

#include "services/agent/collect/collector.hpp"
#include "services/agent/settings.hpp"

namespace metricstream::agent {

// One collector for each thing that the settings enable; a new kind of measurement is added here.
[[nodiscard]] std::vector<std::unique_ptr<Collector>> make_collectors(const SystemMetrics& system,
                                                                      const std::string& procfs,
                                                                      const std::string& rootfs);

}  // namespace metricstream::agent
