#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/base/secret.hpp"

namespace metricstream::kafka {

// How a client proves who it is and checks the broker. Empty members are not set.
struct SecuritySettings {
  std::string protocol;        // plaintext (default), ssl, sasl_plaintext, sasl_ssl
  std::string sasl_mechanism;  // PLAIN, SCRAM-SHA-256, SCRAM-SHA-512
  std::string username;
  Secret password;
  std::string ca_file;  // PEM
  std::string certificate_file;
  std::string key_file;
};

// What every Kafka client of the pipeline needs to know; services fill it from their configuration.
struct ClientSettings {
  std::string brokers;                     // "host:port,host:port"
  std::string client_id = "metricstream";  // shown in the brokers' logs and quotas
  SecuritySettings security;
  std::map<std::string, std::string> properties;  // passed on to librdkafka; those the guarantees rest on are refused
};

struct ProducerSettings {
  ClientSettings client;
  std::string topic;        // of messages that name none; its metadata is fetched before the producer is ready
  bool idempotence = true;  // false is the emergency switch: still correct (identity removes repeats), more duplicates
  std::chrono::milliseconds linger{1};
  std::chrono::milliseconds message_timeout{30'000};  // every message is reported on within this time
  std::uint32_t max_message_bytes = 1'000'000;
  std::uint32_t queue_messages = 20'000;  // beyond either limit a send is answered queue_full
  std::uint32_t queue_kbytes = 131'072;
};

struct ConsumerSettings {
  ClientSettings client;
  std::string topic;
  std::string group_id;
  std::string instance_id;  // static membership: unique to a slot, kept over restarts; empty for dynamic membership
  std::chrono::milliseconds session_timeout{15'000};
  std::chrono::milliseconds heartbeat_interval{3'000};
  std::chrono::milliseconds max_poll_interval{120'000};
  std::uint32_t queued_kbytes = 32'768;       // fetched ahead, all partitions together
  std::uint32_t fetch_max_bytes = 4'194'304;  // of one partition in one answer
};

enum class LogLevel : std::uint8_t { debug, info, warning, error };

// librdkafka's own log lines. Called on the client's own thread (producer: its thread; consumer: inside poll;
// admin and reader: inside the call). Must not call back into the client.
using LogCallback = std::function<void(LogLevel level, std::string_view facility, std::string_view text)>;

}  // namespace metricstream::kafka
