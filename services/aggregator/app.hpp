#pragma once

#include "common/log/logger.hpp"
#include "services/aggregator/settings.hpp"

namespace metricstream::aggregator {

// The whole service: builds the parts, runs until SIGTERM or SIGINT, takes them down again. Returns an ExitCode.
int run(const AggregatorSettings& settings, Logger& log);

}  // namespace metricstream::aggregator
