#include "common/config/shared_settings.hpp"

#include <algorithm>

namespace metricstream {
using config::between;
using config::not_empty;
using namespace std::chrono_literals;

std::string KafkaSettings::bootstrap_servers() const {
  std::string out;
  for (const std::string& broker : brokers) out += (out.empty() ? "" : ",") + broker;
  return out;
}

void describe(config::Schema& schema, KafkaSecurity& security) {
  schema.field("protocol", security.protocol, "How brokers are reached.");
  schema.field("sasl_mechanism", security.sasl_mechanism,
               "For the sasl protocols: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.");
  schema.field("username", security.username, "For the sasl protocols.");
  schema.field("password_file", security.password_file, "File that holds the password, for the sasl protocols.");
  schema.field("ca_file", security.ca_file,
               "PEM file of the authorities that sign the brokers' certificates; empty means the system's.");
  schema.field("certificate_file", security.certificate_file, "PEM file of the client's certificate, for mutual TLS.");
  schema.field("key_file", security.key_file, "PEM file of the client's private key, for mutual TLS.");
  schema.validate([&security](config::Report& report) {
    const bool sasl =
        security.protocol == KafkaProtocol::sasl_plaintext || security.protocol == KafkaProtocol::sasl_ssl;
    if (sasl && security.username.empty()) report.error("username", "expected a name, since the protocol uses SASL");
    if (sasl && security.password_file.empty()) {
      report.error("password_file", "expected a file, since the protocol uses SASL");
    }
    if (security.certificate_file.empty() != security.key_file.empty()) {
      report.error(security.key_file.empty() ? "key_file" : "certificate_file",
                   "expected a file: certificate_file and key_file come together");
    }
  });
}

void describe(config::Schema& schema, KafkaSettings& kafka) {
  schema.field("brokers", kafka.brokers, "First brokers to ask, as host:port; the others are learnt from them.",
               not_empty());
  schema.field("topic", kafka.topic, "The log of all metrics.", not_empty());
  schema.field("partitions", kafka.partitions,
               "Partitions of the topic. A client's partition depends on it, so it must equal the topic's and never "
               "change while data is in it.",
               between(1, 10'000));
  schema.section("security", kafka.security, "Encryption and credentials towards the brokers.");
  schema.field("properties", kafka.properties,
               "Further librdkafka properties by their own names, such as socket.timeout.ms. Those that the "
               "guarantees rest on are refused.");
  schema.validate([&kafka](config::Report& report) {
    const auto is_address = config::host_and_port().holds;
    for (std::size_t i = 0; i < kafka.brokers.size(); ++i) {
      const std::string& broker = kafka.brokers[i];
      if (broker.starts_with(':') || !is_address(broker)) {
        report.error("brokers[" + std::to_string(i) + "]", "'" + broker + "': expected host:port");
      }
    }
  });
}

void describe(config::Schema& schema, TimeSettings& time) {
  schema.field("max_age", time.max_age, "Samples older than this are refused.", between(1s, 24h));
  schema.field("max_future", time.max_future, "How far ahead of the server's clock a timestamp may be.",
               between(0s, 1h));
  schema.field("future", time.future,
               "What happens to a sample further ahead: it takes the server's time, or it is refused.");
  schema.field("max_clock_error", time.max_clock_error,
               "How far apart the clocks of brokers and services may be. The same value on every service.",
               between(1s, 10min));
}

void describe(config::Schema& schema, LogSettings& log) {
  schema.field("level", log.level, "The least severe level that is written.");
  schema.field("format", log.format, "How a line is written to standard error.");
}

void describe(config::Schema& schema, AdminSettings& admin) {
  schema.field("listen", admin.listen,
               "Address and port of the management listener: health, readiness, metrics. Empty turns it off.",
               {config::host_and_port().expected + ", or empty",
                [](const std::string& text) { return text.empty() || config::host_and_port().holds(text); }});
}

}  // namespace metricstream
