#pragma once

#include "common/log/logger.hpp"
#include "services/agent/settings.hpp"

namespace metricstream::agent {

enum class RunMode {
  service,  // until SIGTERM
  once,     // measures twice, sends, ends: 0 when everything was acknowledged
  test,     // measures twice, prints, sends nothing
};

// Blocks until the agent is done; returns an ExitCode.
int run_agent(const AgentSettings& settings, Logger& logger, RunMode mode);

}  // namespace metricstream::agent
