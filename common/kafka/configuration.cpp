#include "common/kafka/configuration.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace metricstream::kafka {
namespace {

Result<Secret> read_secret(const std::string& file) {
  if (file.empty()) return Secret{};
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail("kafka.security.password_file: cannot read '" + file + "'; expected a file with the password");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return Secret{std::move(text)};
}

metricstream::LogLevel level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return metricstream::LogLevel::debug;
    case LogLevel::info:
      return metricstream::LogLevel::info;
    case LogLevel::warning:
      return metricstream::LogLevel::warn;
    case LogLevel::error:
      return metricstream::LogLevel::error;
  }
  return metricstream::LogLevel::error;
}

}  // namespace

Result<ClientSettings> client_settings(const KafkaSettings& settings, const std::string& client_id) {
  ClientSettings out;
  out.brokers = settings.bootstrap_servers();
  out.client_id = client_id;
  out.properties = settings.properties;
  const KafkaSecurity& security = settings.security;
  out.security.protocol = config::Value<KafkaProtocol>::format(security.protocol);
  const bool sasl = security.protocol == KafkaProtocol::sasl_plaintext || security.protocol == KafkaProtocol::sasl_ssl;
  if (sasl) {
    out.security.sasl_mechanism = security.sasl_mechanism;
    out.security.username = security.username;
    Result<Secret> password = read_secret(security.password_file);
    if (!password) return std::unexpected(password.error());
    out.security.password = std::move(*password);
  }
  out.security.ca_file = security.ca_file;
  out.security.certificate_file = security.certificate_file;
  out.security.key_file = security.key_file;
  return out;
}

LogCallback log_to(Logger logger) {
  return [logger = logger.with("kafka")](LogLevel level, std::string_view facility, std::string_view text) {
    // Throttled by message: one kind of trouble must not hide another.
    const std::string message = "librdkafka " + std::string(facility);
    logger.repeated(level_of(level), message, {{"detail", text}});
  };
}

}  // namespace metricstream::kafka
