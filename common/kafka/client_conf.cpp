#include "common/kafka/client_conf.hpp"

#include <algorithm>
#include <array>

namespace metricstream::kafka {
namespace {

// Each of these would break a promise (or is a member of the settings), so a value from outside is refused.
constexpr std::array kReserved = {
    "acks",
    "auto.commit.enable",
    "auto.offset.reset",
    "bootstrap.servers",
    "check.crcs",
    "client.id",
    "delivery.report.only.error",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "group.instance.id",
    "log.queue",
    "max.poll.interval.ms",
    "message.send.max.retries",
    "metadata.broker.list",
    "partition.assignment.strategy",
    "partitioner",
    "request.required.acks",
    "retries",
    "sasl.password",
    "session.timeout.ms",
    "transactional.id",
};

}  // namespace

ClientConf::ClientConf() : conf_(rd_kafka_conf_new()) {}

void ClientConf::set(const char* name, const std::string& value) {
  std::array<char, 512> reason{};
  const auto outcome = rd_kafka_conf_set(conf_.get(), name, value.c_str(), reason.data(), reason.size());
  if (outcome != RD_KAFKA_CONF_OK && failure_.empty()) {
    failure_ = "Kafka client property '" + std::string(name) + "': " + reason.data();
  }
}

void ClientConf::set_unless_empty(const char* name, const std::string& value) {
  if (!value.empty()) {
    set(name, value);
  }
}

void ClientConf::apply(const SecuritySettings& security) {
  set_unless_empty("security.protocol", security.protocol);
  set_unless_empty("sasl.mechanism", security.sasl_mechanism);
  set_unless_empty("sasl.username", security.username);
  set_unless_empty("sasl.password", security.password.reveal());
  set_unless_empty("ssl.ca.location", security.ca_file);
  set_unless_empty("ssl.certificate.location", security.certificate_file);
  set_unless_empty("ssl.key.location", security.key_file);
}

void ClientConf::apply(const ClientSettings& settings) {
  if (settings.brokers.empty() && failure_.empty()) {
    failure_ = "no Kafka brokers given; expected \"host:port,host:port\"";
  }
  set("bootstrap.servers", settings.brokers);
  set("client.id", settings.client_id);
  set("log.queue", "true");
  // 2.0.2 leaves Nagle on, which costs up to 40 ms a request; reconnecting within a second makes outages end in time.
  set("socket.nagle.disable", "true");
  set("reconnect.backoff.ms", 100);
  set("reconnect.backoff.max.ms", 1000);
  apply(settings.security);
  for (const auto& [name, value] : settings.properties) {
    if (std::ranges::find(kReserved, std::string_view(name)) == kReserved.end()) {
      set(name.c_str(), value);
    } else if (failure_.empty()) {
      failure_ = "Kafka client property '" + name +
                 "' cannot be set: MetricStream sets it itself because its guarantees rest on it; remove it";
    }
  }
}

void ClientConf::report_to(const LogCallback& log) {
  // librdkafka hands the pointer back as it is; the callbacks below read it as what it was.
  rd_kafka_conf_set_opaque(conf_.get(), const_cast<LogCallback*>(&log));
  rd_kafka_conf_set_log_cb(
      conf_.get(), [](const rd_kafka_t* client, int level, const char* facility, const char* text) {
        (*static_cast<const LogCallback*>(rd_kafka_opaque(client)))(log_level_of(level), facility, text);
      });
  rd_kafka_conf_set_error_cb(conf_.get(), [](rd_kafka_t*, int code, const char* text, void* opaque) {
    const char* name = rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(code));
    (*static_cast<const LogCallback*>(opaque))(LogLevel::warning, name, text);
  });
}

Result<OwnedClient> ClientConf::make_client(rd_kafka_type_t type) {
  if (!failure_.empty()) {
    return fail(failure_);
  }
  std::array<char, 512> reason{};
  OwnedClient client(rd_kafka_new(type, conf_.get(), reason.data(), reason.size()));
  if (!client) {
    return fail(std::string("cannot make a Kafka client: ") + reason.data());
  }
  // On success the client owns the configuration.
  (void)conf_.release();
  return client;
}

LogLevel log_level_of(int syslog_level) {
  if (syslog_level <= 3) {
    return LogLevel::error;
  }
  if (syslog_level == 4) {
    return LogLevel::warning;
  }
  return syslog_level <= 6 ? LogLevel::info : LogLevel::debug;
}

std::string text_of(rd_kafka_resp_err_t code, std::string_view detail) {
  std::string text = std::string(rd_kafka_err2name(code)) + ": " + rd_kafka_err2str(code);
  if (!detail.empty() && detail != rd_kafka_err2str(code)) {
    text += " (" + std::string(detail) + ")";
  }
  return text;
}

}  // namespace metricstream::kafka
