#include "services/admin/connections.hpp"

#include <sstream>

#include "common/config/load.hpp"
#include "common/http/url.hpp"
#include "common/kafka/configuration.hpp"

namespace metricstream::admin {
namespace {

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

}  // namespace

ConfigurationPlace configuration_place(const Connections& connections) {
  return {.named = connections.config_file, .usual = kDefaultConfigFile};
}

Result<aggregator::AggregatorSettings> load_settings(const Connections& connections) {
  const auto file = read_configuration(configuration_place(connections));
  if (!file) return std::unexpected(file.error());
  auto loaded = config::load<aggregator::AggregatorSettings>(file->text, file->name);
  if (!loaded.ok()) return fail(config::text_of(loaded.problems));
  auto& settings = loaded.settings;
  if (!connections.brokers.empty()) settings.kafka.brokers = split_at_commas(connections.brokers);
  if (!connections.influxdb_url.empty()) {
    const auto url = http::parse_url(connections.influxdb_url);
    if (!url) return fail("--influxdb-url: " + url.error().message);
    settings.sinks.front().endpoint.url = connections.influxdb_url;
  }
  return settings;
}

Logger client_logger(const Connections& connections) {
  LogSettings settings{.level = LogLevel::warn};
  connections.log.apply_to(settings);
  return Logger(settings);
}

Result<kafka::ClientSettings> kafka_client(const aggregator::AggregatorSettings& settings) {
  return kafka::client_settings(settings.kafka, "metricstream-admin");
}

}  // namespace metricstream::admin
