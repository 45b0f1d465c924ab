// Private to common/kafka: one life of the producer, from rd_kafka_new to rd_kafka_destroy.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

#include "common/kafka/producer.hpp"
#include "common/kafka/rdkafka_handles.hpp"

namespace metricstream::kafka {

// Counted over all lives of a producer. Any thread.
struct ProducerCounters {
  std::atomic<std::uint64_t> in_flight_messages = 0;
  std::atomic<std::uint64_t> in_flight_bytes = 0;
  std::atomic<std::uint64_t> acknowledged = 0;
  std::atomic<std::uint64_t> failed = 0;
  std::atomic<std::uint64_t> queue_full = 0;
  std::atomic<std::uint64_t> recreated = 0;
};

// submit() on any thread; everything else on the producer's thread.
class ProducerHandle {
 public:
  static Result<std::unique_ptr<ProducerHandle>> create(const ProducerSettings& settings, ProducerCounters& counters,
                                                        const LogCallback& log);
  ~ProducerHandle();  // blocks; what has no report yet is reported failed
  ProducerHandle(const ProducerHandle&) = delete;
  ProducerHandle& operator=(const ProducerHandle&) = delete;

  std::optional<DeliveryResult> submit(Message&& message, DeliveryCallback&& on_report);

  // Serves reports, errors, logs and statistics; waits up to `timeout` for the first, then takes a bounded number.
  void serve(std::chrono::milliseconds timeout);
  void interrupt() { rd_kafka_queue_yield(events_.get()); }  // any thread: ends a serve() that waits

  // Asks for the topic's metadata, blocking up to `timeout`.
  bool fetch_metadata(std::chrono::milliseconds timeout);
  Result<std::int32_t> partition_count(const std::string& topic, std::chrono::milliseconds timeout);

  // From now on every report is a failure: after a fatal error the broker's account of this life is not to be trusted.
  void retire() { retired_ = true; }
  [[nodiscard]] bool is_fatal() const { return fatal_; }
  [[nodiscard]] bool is_empty() const;
  // True once after all brokers were seen to be gone.
  [[nodiscard]] bool take_brokers_down() { return std::exchange(brokers_down_, false); }
  [[nodiscard]] const std::optional<ClientStatistics>& statistics() const { return statistics_; }

 private:
  struct Delivery;

  ProducerHandle(ProducerCounters& counters, const LogCallback& log) : counters_(counters), log_(log) {}
  void serve(rd_kafka_event_t& event);
  void serve_reports(rd_kafka_event_t& event);
  void serve_error(rd_kafka_event_t& event);
  void serve_log(rd_kafka_event_t& event);
  std::optional<DeliveryResult> produce(Delivery& delivery, const Message& message);
  DeliveryResult refusal(rd_kafka_resp_err_t code, const char* text);
  DeliveryResult result_of(const rd_kafka_message_t& report) const;
  void finish(Delivery& delivery, DeliveryResult result);
  void link(Delivery& delivery);
  void unlink(Delivery& delivery);

  ProducerCounters& counters_;
  const LogCallback& log_;
  OwnedClient client_;
  OwnedTopic topic_;
  OwnedQueue events_;
  mutable std::mutex mutex_;
  Delivery* first_ = nullptr;  // all without a report, so that destruction can answer them
  std::atomic<bool> fatal_ = false;
  bool retired_ = false;
  bool brokers_down_ = false;
  std::optional<ClientStatistics> statistics_;
};

}  // namespace metricstream::kafka
