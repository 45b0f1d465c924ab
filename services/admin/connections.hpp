#pragma once

#include <string>

#include "common/base/result.hpp"
#include "common/cli/configuration_file.hpp"
#include "common/cli/log_flags.hpp"
#include "common/kafka/settings.hpp"
#include "common/log/logger.hpp"
#include "services/aggregator/settings.hpp"

namespace metricstream::admin {

// What the command line says about where things are. Empty members say nothing.
struct Connections {
  std::string config_file;   // an aggregator's YAML
  std::string brokers;       // over kafka.brokers
  std::string influxdb_url;  // over sinks[0].url
  std::string ingest_url = "http://127.0.0.1:8080";
  LogFlags log;
};

// Read where --config.file is not given and the file exists; else the built-in defaults hold.
constexpr const char* kDefaultConfigFile = "/etc/metricstream/aggregator.yaml";

[[nodiscard]] ConfigurationPlace configuration_place(const Connections& connections);

// The aggregator's configuration, so that topics, group and policies are set up as the aggregator will look for them,
// with the command line on top. The failure lists everything wrong with the file.
[[nodiscard]] Result<aggregator::AggregatorSettings> load_settings(const Connections& connections);

// Of the clients underneath, to standard error; warnings and errors only, where the command line does not say more.
[[nodiscard]] Logger client_logger(const Connections& connections);

// As a client of kafka.*, named metricstream-admin.
[[nodiscard]] Result<kafka::ClientSettings> kafka_client(const aggregator::AggregatorSettings& settings);

}  // namespace metricstream::admin
