#include "services/admin/connections.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "common/config/load.hpp"
#include "common/http/url.hpp"
#include "common/kafka/configuration.hpp"

namespace metricstream::admin {
namespace {

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(path + ": cannot be read: " + std::generic_category().message(errno));
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

}  // namespace

Result<aggregator::AggregatorSettings> load_settings(const Connections& connections) {
  std::string file = connections.config_file;
  std::error_code ignored;
  if (file.empty() && std::filesystem::exists(kDefaultConfigFile, ignored)) file = kDefaultConfigFile;
  Result<std::string> text{""};
  if (!file.empty()) text = read_file(file);
  if (!text) return std::unexpected(text.error());
  auto loaded = config::load<aggregator::AggregatorSettings>(*text, file);
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

Logger quiet_logger() { return Logger(LogSettings{.level = LogLevel::warn}); }

Result<kafka::ClientSettings> kafka_client(const aggregator::AggregatorSettings& settings) {
  return kafka::client_settings(settings.kafka, "metricstream-admin");
}

}  // namespace metricstream::admin
