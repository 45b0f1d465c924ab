#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/cli/exit_code.hpp"
#include "common/cli/healthcheck.hpp"
#include "common/config/load.hpp"
#include "common/config/reference.hpp"
#include "common/log/logger.hpp"

namespace metricstream {

// A service as its command line sees it, free of the settings' type. Made by make_service.
struct ServiceDefinition {
  std::string name;         // "metricstream-ingest"
  std::string description;  // one sentence for --help
  std::string config_file;  // read when no --config.file is given and the file exists; else the built-in defaults

  // One parsed configuration and what can be done with it.
  struct Configured {
    config::Findings findings;
    LogSettings* log = nullptr;  // into the settings: flags override the file
    std::function<int(Logger&)> run;
    std::function<std::string()> show;
    std::string health_url;
  };
  std::function<std::unique_ptr<Configured>(std::string_view text, std::string_view file)> load;
  std::function<std::string()> default_yaml;

  // A flag of this service alone that changes what `run` does. At most one on a command line, and none beside another
  // sub-command.
  struct Mode {
    std::string flag;              // "--once"
    std::string description;       // for --help
    std::function<void()> choose;  // called before anything runs, once the whole command line is found to be right
  };
  std::vector<Mode> modes;
};

// The whole main() of a service: `run` (also without sub-command), `check config [FILE...]`, `config default`,
// `config show`, `healthcheck [--url URL]`, --config.file/-c, --log.level, --log.format, --version, -h. Every flag has
// a twin METRICSTREAM_CONFIG_FILE, METRICSTREAM_LOG_LEVEL, ... in the environment. Returns the exit code; exceptions
// that escape `run` are logged and give 1. Signals are the service's own business.
int run_service(int argc, const char* const* argv, const ServiceDefinition& service);

// Settings needs `LogSettings log`, `AdminSettings admin` and a describe function. `run` blocks until the service is
// done and returns an ExitCode.
//
//   int main(int argc, char** argv) {
//     return metricstream::run_service(argc, argv, metricstream::make_service<IngestSettings>(
//         "ingest", "Takes metrics over HTTP and stores them in Kafka.", run_ingest));
//   }
template <class Settings>
ServiceDefinition make_service(const std::string& short_name, std::string description,
                               std::function<int(const Settings&, Logger&)> run) {
  ServiceDefinition service;
  service.name = "metricstream-" + short_name;
  service.description = std::move(description);
  service.config_file = "/etc/metricstream/" + short_name + ".yaml";
  service.default_yaml = [] { return config::default_yaml<Settings>(); };
  service.load = [run = std::move(run)](std::string_view text, std::string_view file) {
    auto loaded = config::load<Settings>(text, file);
    auto settings = std::make_shared<Settings>(std::move(loaded.settings));
    auto out = std::make_unique<ServiceDefinition::Configured>();
    out->findings = {std::move(loaded.problems), std::move(loaded.warnings)};
    out->log = &settings->log;
    out->run = [settings, run](Logger& logger) { return run(*settings, logger); };
    out->show = [settings] { return config::show_yaml(*settings); };
    out->health_url = health_url(settings->admin.listen);
    return out;
  };
  return service;
}

}  // namespace metricstream
