#include "common/kafka/consumed_message.hpp"

#include <librdkafka/rdkafka.h>

#include "common/kafka/rdkafka_handles.hpp"

namespace metricstream::kafka {

ConsumedMessage::ConsumedMessage(rd_kafka_message_s* owned) : message_(owned) {}

void ConsumedMessage::Destroy::operator()(rd_kafka_message_s* message) const { rd_kafka_message_destroy(message); }

std::int32_t ConsumedMessage::partition() const { return message_->partition; }
std::int64_t ConsumedMessage::offset() const { return message_->offset; }

TimeNs ConsumedMessage::timestamp() const {
  rd_kafka_timestamp_type_t type{};
  const std::int64_t milliseconds = rd_kafka_message_timestamp(message_.get(), &type);
  return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? 0 : milliseconds * kMillisecond;
}

TimestampType ConsumedMessage::timestamp_type() const {
  rd_kafka_timestamp_type_t type{};
  (void)rd_kafka_message_timestamp(message_.get(), &type);
  switch (type) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME:
      return TimestampType::create_time;
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME:
      return TimestampType::log_append_time;
    case RD_KAFKA_TIMESTAMP_NOT_AVAILABLE:
      return TimestampType::none;
  }
  return TimestampType::none;
}

std::string_view ConsumedMessage::key() const {
  return {static_cast<const char*>(message_->key), message_->key == nullptr ? 0 : message_->key_len};
}

std::string_view ConsumedMessage::payload() const {
  return {static_cast<const char*>(message_->payload), message_->payload == nullptr ? 0 : message_->len};
}

std::optional<std::string_view> ConsumedMessage::header(const char* name) const {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message_.get(), &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  return std::string_view(static_cast<const char*>(value), size);
}

}  // namespace metricstream::kafka
