#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/kafka/settings.hpp"

namespace metricstream::test {

// Kafka's request kinds (its ApiKey numbers) that tests interfere with.
enum class KafkaRequest : std::int16_t {
  produce = 0,
  fetch = 1,
  list_offsets = 2,
  metadata = 3,
  offset_commit = 8,
  offset_fetch = 9,
  find_coordinator = 10,
  join_group = 11,
  heartbeat = 12,
  init_producer_id = 22,
};

// Kafka's error codes by their names in the protocol.
enum class KafkaError : std::int16_t {
  none = 0,
  unknown_topic_or_partition = 3,
  not_leader = 6,
  request_timed_out = 7,
  msg_size_too_large = 10,
  offset_metadata_too_large = 12,
  coordinator_load_in_progress = 14,
  coordinator_not_available = 15,
  not_coordinator = 16,
  not_enough_replicas = 19,
  not_enough_replicas_after_append = 20,
  illegal_generation = 22,
  unknown_member_id = 25,
  rebalance_in_progress = 27,
  topic_authorization_failed = 29,
  group_authorization_failed = 30,
  out_of_order_sequence = 45,
  unknown_producer_id = 59,
  fenced_instance_id = 82,
};

struct DelayedAnswer {
  KafkaError error = KafkaError::none;
  int milliseconds = 0;
};

struct LoggedMessage {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string key;
  std::string payload;
  bool operator==(const LoggedMessage&) const = default;
};

// librdkafka's mock cluster: brokers on loopback inside this process that speak the real protocol, with faults to
// order. Knows no LogAppendTime, no admin requests; creates a topic with 4 partitions when asked about an unknown one;
// holds at most 5 MB a partition. Broker ids count from 1. Any thread.
class MockKafka {
 public:
  explicit MockKafka(int brokers = 1);
  ~MockKafka();
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  [[nodiscard]] std::string brokers() const;
  // Settings of a client of this cluster, with these librdkafka properties.
  [[nodiscard]] kafka::ClientSettings client(std::map<std::string, std::string> properties = {}) const;

  void create_topic(const std::string& name, int partitions, int replication = 1);

  // The next requests of this kind get these answers, whichever broker they reach. Nothing is stored for an error.
  void fail_next(KafkaRequest request, std::initializer_list<KafkaError> errors);
  // The same for one broker, each answer held back. A cluster of several brokers takes either this or fail_next() for
  // one kind of request.
  void delay_next(int broker, KafkaRequest request, std::initializer_list<DelayedAnswer> answers);
  // How many of the answers ordered of this broker are still to come.
  [[nodiscard]] std::size_t answers_left(int broker, KafkaRequest request) const;

  void set_topic_error(const std::string& topic, KafkaError error);
  void set_leader(const std::string& topic, std::int32_t partition, int broker);
  void set_group_coordinator(const std::string& group, int broker);
  void set_down(int broker);
  void set_up(int broker);
  void set_round_trip(int broker, int milliseconds);

  // Everything in the topic's log, by partition and offset. Fails the test when it cannot be read.
  [[nodiscard]] std::vector<LoggedMessage> read_log(const std::string& topic) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// For clients whose log lines a test does not want to see.
void ignore_log(kafka::LogLevel level, std::string_view facility, std::string_view text);

}  // namespace metricstream::test
