#include "services/admin/app.hpp"

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "common/base/version.hpp"
#include "common/cli/command_line.hpp"
#include "common/cli/exit_code.hpp"
#include "services/admin/command.hpp"

namespace metricstream::admin {
namespace {

constexpr const char* kName = "metricstream-admin";

int say(std::string_view message, int code) {
  std::cerr << kName << ": " << message << (message.ends_with('\n') ? "" : "\n");
  return code;
}

void add_connections(CLI::App& app, Connections& connections) {
  app.add_option("-c,--config.file", connections.config_file,
                 std::string("The aggregator's configuration; default ") + kDefaultConfigFile + " where that exists")
      ->envname("METRICSTREAM_CONFIG_FILE");
  app.add_option("--brokers", connections.brokers, "HOST:PORT[,HOST:PORT...] instead of kafka.brokers")
      ->envname("KAFKA_BROKERS");
  app.add_option("--influxdb-url", connections.influxdb_url, "Instead of the sink's url")->envname("INFLUXDB_URL");
  app.add_option("--ingest-url", connections.ingest_url, "Where `send` sends to")
      ->envname("INGEST_URL")
      ->capture_default_str();
  connections.log.add_to(app, "Of what the clients of Kafka log; default warn, logfmt");
}

int dispatch(int argc, const char* const* argv) {
  CLI::App app("Sets up and looks into a MetricStream pipeline.", kName);
  app.set_version_flag("--version", version_text(kName));
  app.footer("Exit codes: 0 ok, 1 failure or a difference found, 2 wrong usage, 78 bad configuration.");
  app.fallthrough();
  app.require_subcommand(1);
  Connections connections;
  Command chosen;
  add_connections(app, connections);
  CLI::App* setup = app.add_subcommand("setup", "Create what the pipeline needs; tells what differs, changes nothing");
  setup->require_subcommand(1);
  add_setup_kafka(*setup, connections, chosen);
  add_setup_influxdb(*setup, connections, chosen);
  add_tail(app, connections, chosen);
  add_send(app, connections, chosen);
  add_query(app, connections, chosen);
  add_keys(app, chosen);
  add_inspect(app, connections, chosen);
  if (const auto ended = parse_command_line(app, argc, argv)) return *ended;
  return chosen();
}

}  // namespace

int failed(std::string_view message) { return say(message, kExitFailure); }
int misconfigured(std::string_view message) { return say(message, kExitConfig); }
int misused(std::string_view message) { return say(message, kExitUsage); }

int bad_settings(std::string_view problems) {
  std::cerr << problems << (problems.ends_with('\n') ? "" : "\n");
  return kExitConfig;
}

int run_admin(int argc, const char* const* argv) {
  try {
    return dispatch(argc, argv);
  } catch (const std::exception& error) {
    return failed(error.what());
  }
}

}  // namespace metricstream::admin
