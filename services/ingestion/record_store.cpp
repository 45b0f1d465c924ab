#include "services/ingestion/record_store.hpp"

#include <utility>

#include "common/kafka/send.hpp"

namespace metricstream::ingestion {

Task<kafka::DeliveryResult> KafkaRecordStore::store(kafka::Message message) {
  return kafka::send(producer_, std::move(message), acknowledge_);
}

}  // namespace metricstream::ingestion
