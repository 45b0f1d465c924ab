#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/cli/configuration_file.hpp"
#include "common/cli/exit_code.hpp"
#include "common/cli/healthcheck.hpp"
#include "common/config/load.hpp"
#include "common/config/reference.hpp"
#include "services/admin/command.hpp"

namespace metricstream::admin {
namespace {

int check_config(const Connections& connections, const std::vector<std::string>& files) {
  return check_configurations(files, configuration_place(connections), [](const ConfigurationText& file) {
    auto loaded = config::load<aggregator::AggregatorSettings>(file.text, file.name);
    return config::Findings{std::move(loaded.problems), std::move(loaded.warnings)};
  });
}

int check_service(const Connections& connections, const std::string& url) {
  const auto healthy = check_health(url.empty() ? connections.ingest_url + "/-/healthy" : url);
  if (!healthy) return failed(healthy.error().message);
  return kExitOk;
}

}  // namespace

void add_inspect(CLI::App& app, const Connections& connections, Command& chosen) {
  CLI::App* check = app.add_subcommand("check", "Check something without running");
  check->require_subcommand(1);
  CLI::App* checked = check->add_subcommand("config", "Report everything wrong with configuration files");
  const auto files = std::make_shared<std::vector<std::string>>();
  checked->add_option("FILE", *files, "An aggregator's, to check instead of --config.file");
  checked->callback(
      [files, &connections, &chosen] { chosen = [files, &connections] { return check_config(connections, *files); }; });
  CLI::App* config = app.add_subcommand("config", "Print configuration");
  config->require_subcommand(1);
  config->add_subcommand("default", "The aggregator's defaults, which this program goes by, as annotated YAML")
      ->callback([&chosen] {
        chosen = [] {
          std::cout << config::default_yaml<aggregator::AggregatorSettings>();
          return static_cast<int>(kExitOk);
        };
      });
  CLI::App* health = app.add_subcommand("healthcheck", "Ask a running service whether it is healthy");
  const auto url = std::make_shared<std::string>();
  health->add_option("--url", *url, "Default: /-/healthy of --ingest-url");
  health->footer("Example: metricstream-admin healthcheck --url http://127.0.0.1:8082/-/healthy");
  health->callback(
      [url, &connections, &chosen] { chosen = [url, &connections] { return check_service(connections, *url); }; });
}

}  // namespace metricstream::admin
