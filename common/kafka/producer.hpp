#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/kafka/settings.hpp"
#include "common/kafka/statistics.hpp"

namespace metricstream::kafka {

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

// One message for one explicitly chosen partition; there is no partitioner, so that nobody else decides.
struct Message {
  std::int32_t partition = 0;
  std::string key;      // copied by librdkafka
  std::string payload;  // moved, never copied; kept until the last report
  std::vector<Header> headers;
  std::string topic;  // empty: the producer's own topic
};

enum class DeliveryStatus : std::uint8_t {
  acknowledged,       // in the log of all in-sync replicas: Kafka said so and named the offset
  queue_full,         // refused at once, never sent: the local queue is at its limit
  message_too_large,  // refused at once, never sent: larger than max_message_bytes
  unavailable,        // refused at once, never sent: the handle is being re-created after a fatal error, or closed, or
                      // Kafka has just said that nobody of us may write to the topic
  failed,             // not acknowledged; it may or may not be in the log
  unconfirmed,        // only from send() with a limit: no report yet; the message lives on and may still be stored
};

// Only `acknowledged` is a success. Everything else may be sent again: identity makes a second copy harmless.
struct DeliveryResult {
  DeliveryStatus status = DeliveryStatus::failed;
  std::optional<std::int64_t> offset;  // of what was acknowledged, and only of that
  std::string error;                   // for logs
  [[nodiscard]] bool acknowledged() const { return status == DeliveryStatus::acknowledged; }
};

[[nodiscard]] const char* name_of(DeliveryStatus status);

using DeliveryCallback = std::move_only_function<void(DeliveryResult)>;

struct ProducerStatistics {
  std::uint64_t in_flight_messages = 0;  // handed over, no report yet
  std::uint64_t in_flight_bytes = 0;     // their payloads
  std::uint64_t acknowledged = 0;
  std::uint64_t failed = 0;
  std::uint64_t queue_full = 0;
  std::uint64_t recreated = 0;  // handles replaced after a fatal error
  ClientStatistics client;      // librdkafka's own, at most 5 s old
};

// An idempotent LZ4 producer with acks=all. Every accepted message ends in exactly one report, at the latest after
// message_timeout. In-flight messages are never purged. A fatal error of the idempotent protocol replaces the handle:
// meanwhile (below 2 s) sends are answered `unavailable`, and what the old handle still had in flight ends as `failed`.
//
// Threads: submit() and the getters may be called from any thread and never block; reports are made on the producer's
// own thread. Use send() of send.hpp from coroutines.
class Producer {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Producer>> create(ProducerSettings settings, LogCallback log);

  // Blocks until the handle is gone (drain() first). Messages without a report are then reported `failed`, so the
  // executors of their coroutines must still exist: destroy a producer before the io_contexts it answers to.
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  // nullopt: accepted, and `on_report` is called exactly once, on the producer's thread (keep it short, do not call
  // into the producer but for submit). Otherwise the reason for the refusal, and `on_report` is dropped uncalled.
  [[nodiscard]] std::optional<DeliveryResult> submit(Message message, DeliveryCallback on_report);

  // `on_empty` is called once, when no message is without a report: here if that is so now, else on the producer's
  // thread after the last report. Callers stop submitting first.
  void when_empty(std::move_only_function<void()> on_empty);

  // The topic's metadata is known, a broker is in reach and no handle is being replaced.
  [[nodiscard]] bool ready() const;
  [[nodiscard]] std::uint64_t in_flight_messages() const;
  [[nodiscard]] std::uint64_t in_flight_bytes() const;
  [[nodiscard]] ProducerStatistics statistics() const;

  // Blocks up to `timeout`: at start-up only.
  [[nodiscard]] Result<std::int32_t> partition_count(const std::string& topic, std::chrono::milliseconds timeout);

 private:
  class Impl;
  explicit Producer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The failure names both numbers and what to do; N is frozen at topic creation because it decides who owns a client.
[[nodiscard]] Result<void> check_partition_count(const std::string& topic, std::int32_t found, std::int32_t configured);

}  // namespace metricstream::kafka
