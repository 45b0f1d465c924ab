#pragma once

#include <array>
#include <atomic>
#include <chrono>

#include "common/kafka/producer.hpp"
#include "common/metrics/registry.hpp"
#include "common/runtime/task.hpp"
#include "services/ingestion/limits/admission.hpp"

namespace metricstream::ingestion {

// Where an encoded batch goes; 202 depends on its answer alone. Called on the connection's thread.
class RecordStore {
 public:
  virtual ~RecordStore() = default;
  [[nodiscard]] virtual Task<kafka::DeliveryResult> store(kafka::Message message) = 0;
  // False: every record would be refused now, so that a request need not be read.
  [[nodiscard]] virtual bool is_open() const = 0;
  // How full the queue behind it is.
  [[nodiscard]] virtual limits::QueueFill queue_fill() const = 0;
};

struct QueueLimits {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

// The topic `metrics-raw`. Closed until open(), that is, until the topic is known to have N partitions.
class KafkaRecordStore final : public RecordStore {
 public:
  // `producer` and `registry` must outlive the requests. Without a report within `acknowledge` the answer is
  // `unconfirmed`. Durations and errors are counted in metricstream_kafka_produce_*.
  KafkaRecordStore(kafka::Producer& producer, std::chrono::milliseconds acknowledge, QueueLimits queue,
                   metrics::Registry& registry);

  [[nodiscard]] Task<kafka::DeliveryResult> store(kafka::Message message) override;
  [[nodiscard]] bool is_open() const override { return is_open_.load(std::memory_order_relaxed); }
  [[nodiscard]] limits::QueueFill queue_fill() const override {
    return {.records = producer_.in_flight_messages(),
            .records_limit = queue_.records,
            .bytes = producer_.in_flight_bytes(),
            .bytes_limit = queue_.bytes};
  }
  void open() { is_open_.store(true, std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kStatuses = static_cast<std::size_t>(kafka::DeliveryStatus::unconfirmed) + 1;

  kafka::Producer& producer_;
  std::chrono::milliseconds acknowledge_;
  QueueLimits queue_;
  metrics::Histogram& duration_;
  std::array<metrics::Counter*, kStatuses> errors_{};  // by status; none for `acknowledged`
  std::atomic<bool> is_open_{false};
};

}  // namespace metricstream::ingestion
