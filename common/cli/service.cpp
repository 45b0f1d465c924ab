#include "common/cli/service.hpp"

#include <CLI/CLI.hpp>
#include <initializer_list>
#include <iostream>
#include <utility>
#include <vector>

#include "common/base/version.hpp"
#include "common/cli/command_line.hpp"
#include "common/cli/configuration_file.hpp"
#include "common/cli/log_flags.hpp"
#include "common/config/shared_settings.hpp"

namespace metricstream {
namespace {

using Configured = ServiceDefinition::Configured;

// What the command line says.
struct Options {
  std::string config_file;
  LogFlags log;
  std::string url;
  std::vector<std::string> files;
};

// The configuration with the flags applied; nothing when it is bad, which has been said then.
std::unique_ptr<Configured> configure(const ServiceDefinition& service, const Options& options, bool quiet) {
  const auto file = read_configuration({options.config_file, service.config_file});
  if (!file) {
    std::cerr << service.name << ": " << file.error().message << "\n";
    return nullptr;
  }
  std::unique_ptr<Configured> configured = service.load(file->text, file->name);
  if (!configured->findings.problems.empty()) {
    print_findings(configured->findings);
    return nullptr;
  }
  if (!quiet) print_findings(configured->findings);
  options.log.apply_to(*configured->log);
  return configured;
}

int run(const ServiceDefinition& service, const Options& options) {
  const std::unique_ptr<Configured> configured = configure(service, options, true);
  if (!configured) return kExitConfig;
  Logger logger(*configured->log);
  for (const config::Problem& warning : configured->findings.warnings) {
    logger.with("config").warn("configuration", {{"warning", warning.text()}});
  }
  try {
    return configured->run(logger);
  } catch (const std::exception& error) {
    logger.error("stopped by an error", {{"err", error.what()}});
    return kExitFailure;
  }
}

int check_config(const ServiceDefinition& service, const Options& options) {
  return check_configurations(
      options.files, {options.config_file, service.config_file},
      [&service](const ConfigurationText& file) { return std::move(service.load(file.text, file.name)->findings); });
}

int show_config(const ServiceDefinition& service, const Options& options) {
  const std::unique_ptr<Configured> configured = configure(service, options, false);
  if (!configured) return kExitConfig;
  std::cout << configured->show();
  return kExitOk;
}

int healthcheck(const ServiceDefinition& service, const Options& options) {
  std::string url = options.url;
  if (url.empty()) {
    const std::unique_ptr<Configured> configured = configure(service, options, true);
    if (!configured) return kExitConfig;
    url = configured->health_url;
    if (url.empty()) {
      std::cerr << service.name << ": admin.listen is off, expected --url\n";
      return kExitFailure;
    }
  }
  const Result<void> healthy = check_health(url);
  if (healthy) return kExitOk;
  std::cerr << healthy.error().message << "\n";
  return kExitFailure;
}

void add_common_options(CLI::App& app, Options& options) {
  app.add_option("-c,--config.file", options.config_file, "Configuration file (YAML)")
      ->envname("METRICSTREAM_CONFIG_FILE");
  options.log.add_to(app, "Overrides the configuration");
}

// The service's own flags, each with its mode; they exclude each other and every sub-command that does not run.
using ModeFlags = std::vector<std::pair<CLI::Option*, const ServiceDefinition::Mode*>>;

ModeFlags add_modes(CLI::App& app, const ServiceDefinition& service, std::initializer_list<CLI::App*> others) {
  ModeFlags flags;
  for (const ServiceDefinition::Mode& mode : service.modes) {
    CLI::Option* flag = app.add_flag(mode.flag, mode.description)->disable_flag_override();
    for (const auto& [earlier, ignored] : flags) flag->excludes(earlier);
    for (CLI::App* other : others) other->excludes(flag);
    flags.emplace_back(flag, &mode);
  }
  return flags;
}

int dispatch(int argc, const char* const* argv, const ServiceDefinition& service) {
  Options options;
  CLI::App app(service.description, service.name);
  app.set_version_flag("--version", version_text(service.name));
  app.footer("Exit codes: 0 ok, 1 failure, 2 wrong usage, 78 bad configuration.");
  app.fallthrough();
  app.require_subcommand(0, 1);
  add_common_options(app, options);

  app.add_subcommand("run", "Run the service (default)");
  CLI::App* check = app.add_subcommand("check", "Check something without running");
  check->require_subcommand(1);
  CLI::App* checked = check->add_subcommand("config", "Report everything wrong with configuration files");
  checked->add_option("FILE", options.files, "Files to check instead of --config.file");
  CLI::App* config = app.add_subcommand("config", "Print configuration");
  config->require_subcommand(1);
  const CLI::App* defaults = config->add_subcommand("default", "The defaults as an annotated YAML file");
  const CLI::App* show = config->add_subcommand("show", "What is in force, secrets as ***");
  CLI::App* health = app.add_subcommand("healthcheck", "Ask the running service whether it is healthy");
  health->add_option("--url", options.url, "Default: admin.listen of the configuration")
      ->envname("METRICSTREAM_HEALTHCHECK_URL");
  const ModeFlags modes = add_modes(app, service, {check, config, health});

  if (const auto ended = parse_command_line(app, argc, argv)) return *ended;
  if (checked->parsed()) return check_config(service, options);
  if (defaults->parsed()) {
    std::cout << service.default_yaml();
    return kExitOk;
  }
  if (show->parsed()) return show_config(service, options);
  if (health->parsed()) return healthcheck(service, options);
  for (const auto& [flag, mode] : modes) {
    if (flag->count() > 0) mode->choose();
  }
  return run(service, options);
}

}  // namespace

int run_service(int argc, const char* const* argv, const ServiceDefinition& service) {
  try {
    return dispatch(argc, argv, service);
  } catch (const std::exception& error) {
    std::cerr << service.name << ": " << error.what() << "\n";
    return kExitFailure;
  }
}

}  // namespace metricstream
