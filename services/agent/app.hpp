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

// The whole main(): every service's command line, with --once and --test on top.
int run_program(int argc, const char* const* argv);

}  // namespace metricstream::agent
