#pragma once

#include <atomic>
#include <chrono>

#include "common/kafka/producer.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::ingestion {

// Where an encoded batch goes; 202 depends on its answer alone. Called on the connection's thread.
class RecordStore {
 public:
  virtual ~RecordStore() = default;
  [[nodiscard]] virtual Task<kafka::DeliveryResult> store(kafka::Message message) = 0;
  // False: every record would be refused now, so that a request need not be read.
  [[nodiscard]] virtual bool is_open() const = 0;
};

// The topic `metrics-raw`. Closed until open(), that is, until the topic is known to have N partitions.
class KafkaRecordStore final : public RecordStore {
 public:
  // `producer` must outlive the requests. Without a report within `acknowledge` the answer is `unconfirmed`.
  KafkaRecordStore(kafka::Producer& producer, std::chrono::milliseconds acknowledge)
      : producer_(producer), acknowledge_(acknowledge) {}

  [[nodiscard]] Task<kafka::DeliveryResult> store(kafka::Message message) override;
  [[nodiscard]] bool is_open() const override { return is_open_.load(std::memory_order_relaxed); }
  void open() { is_open_.store(true, std::memory_order_relaxed); }

 private:
  kafka::Producer& producer_;
  std::chrono::milliseconds acknowledge_;
  std::atomic<bool> is_open_{false};
};

}  // namespace metricstream::ingestion
