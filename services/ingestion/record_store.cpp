#include "services/ingestion/record_store.hpp"

#include <string>
#include <utility>

#include "common/kafka/send.hpp"

namespace metricstream::ingestion {

KafkaRecordStore::KafkaRecordStore(kafka::Producer& producer, std::chrono::milliseconds acknowledge, QueueLimits queue,
                                   metrics::Registry& registry)
    : producer_(producer),
      acknowledge_(acknowledge),
      queue_(queue),
      duration_(registry.histogram("metricstream_kafka_produce_duration_seconds",
                                   "From handing a record to Kafka's client to its report, or to giving up waiting.",
                                   metrics::duration_bounds())) {
  for (std::size_t i = 0; i < kStatuses; ++i) {
    const auto status = static_cast<kafka::DeliveryStatus>(i);
    if (status == kafka::DeliveryStatus::acknowledged) continue;
    errors_[i] = &registry.counter("metricstream_kafka_produce_errors_total",
                                   "Records that were not acknowledged while their requests waited.",
                                   {{"error", kafka::name_of(status)}});
  }
}

Task<kafka::DeliveryResult> KafkaRecordStore::store(kafka::Message message) {
  const auto started = std::chrono::steady_clock::now();
  kafka::DeliveryResult result = co_await kafka::send(producer_, std::move(message), acknowledge_);
  duration_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
  if (metrics::Counter* errors = errors_[static_cast<std::size_t>(result.status)]) errors->add();
  co_return result;
}

}  // namespace metricstream::ingestion
