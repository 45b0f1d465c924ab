#pragma once

#include <array>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "common/config/schema.hpp"
#include "common/log/settings.hpp"
#include "common/model/limits.hpp"

// Settings that several services have under the same names (kafka, time, log, admin).
namespace metricstream {

enum class KafkaProtocol { plaintext, ssl, sasl_plaintext, sasl_ssl };

constexpr auto enum_names(KafkaProtocol) {
  return std::to_array<config::EnumName<KafkaProtocol>>({{"plaintext", KafkaProtocol::plaintext},
                                                         {"ssl", KafkaProtocol::ssl},
                                                         {"sasl_plaintext", KafkaProtocol::sasl_plaintext},
                                                         {"sasl_ssl", KafkaProtocol::sasl_ssl}});
}

struct KafkaSecurity {
  KafkaProtocol protocol = KafkaProtocol::plaintext;
  std::string sasl_mechanism = "SCRAM-SHA-512";
  std::string username;
  std::string password_file;  // paths: empty means none; whoever connects reads the file
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
};

struct KafkaSettings {
  std::vector<std::string> brokers{"127.0.0.1:9092"};
  std::string topic = "metrics-raw";
  int partitions = 12;  // N: part of what a record means, never changed on a live topic
  KafkaSecurity security;
  std::map<std::string, std::string> properties;  // librdkafka's own names, applied last

  // librdkafka's bootstrap.servers.
  [[nodiscard]] std::string bootstrap_servers() const;
};

constexpr auto enum_names(FuturePolicy) {
  return std::to_array<config::EnumName<FuturePolicy>>(
      {{"adjust", FuturePolicy::adjust}, {"reject", FuturePolicy::reject}});
}

struct TimeSettings {
  std::chrono::nanoseconds max_age = std::chrono::minutes{75};
  std::chrono::nanoseconds max_future = std::chrono::seconds{60};
  FuturePolicy future = FuturePolicy::adjust;
  std::chrono::nanoseconds max_clock_error = std::chrono::seconds{60};  // S: how far machines' clocks may be apart
};

// Management listener: health, readiness, metrics. Loopback unless configured otherwise.
struct AdminSettings {
  std::string listen;
};

constexpr auto enum_names(LogLevel) {
  return std::to_array<config::EnumName<LogLevel>>(
      {{"debug", LogLevel::debug}, {"info", LogLevel::info}, {"warn", LogLevel::warn}, {"error", LogLevel::error}});
}

constexpr auto enum_names(LogFormat) {
  return std::to_array<config::EnumName<LogFormat>>({{"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}});
}

void describe(config::Schema& schema, KafkaSecurity& security);
void describe(config::Schema& schema, KafkaSettings& kafka);
void describe(config::Schema& schema, TimeSettings& time);
void describe(config::Schema& schema, LogSettings& log);
void describe(config::Schema& schema, AdminSettings& admin);

}  // namespace metricstream
