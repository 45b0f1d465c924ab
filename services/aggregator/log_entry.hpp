#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/kafka/consumed_message.hpp"

namespace metricstream::aggregator {

// What a partition is told of a message in its log. The payload must live as long as the call that is given it.
struct LogEntry {
  std::int64_t offset = 0;
  kafka::TimestampType timestamp_type = kafka::TimestampType::none;
  TimeNs timestamp = 0;
  std::string_view payload;
};

[[nodiscard]] inline LogEntry entry_of(const kafka::ConsumedMessage& message) {
  return {message.offset(), message.timestamp_type(), message.timestamp(), message.payload()};
}

}  // namespace metricstream::aggregator
