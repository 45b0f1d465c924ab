#include <string_view>
#include <vector>

#include "common/cli/service.hpp"
#include "services/agent/app.hpp"

namespace {

using metricstream::agent::RunMode;

// --once and --test are this service's own; the rest of the line is every service's.
RunMode take_mode(std::vector<const char*>& arguments) {
  RunMode mode = RunMode::service;
  std::erase_if(arguments, [&mode](std::string_view argument) {
    if (argument == "--once") mode = RunMode::once;
    if (argument == "--test") mode = RunMode::test;
    return argument == "--once" || argument == "--test";
  });
  return mode;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<const char*> arguments(argv, argv + argc);
  const RunMode mode = take_mode(arguments);
  const auto service = metricstream::make_service<metricstream::agent::AgentSettings>(
      "agent",
      "Measures this machine and sends the samples to the ingest service.\n"
      "  --once  measure twice, send, end (0 when everything was acknowledged)\n"
      "  --test  measure twice, print, send nothing",
      [mode](const auto& settings, auto& logger) { return metricstream::agent::run_agent(settings, logger, mode); });
  return metricstream::run_service(static_cast<int>(arguments.size()), arguments.data(), service);
}
