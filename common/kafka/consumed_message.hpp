#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "common/base/clock.hpp"

struct rd_kafka_message_s;

namespace metricstream::kafka {

enum class TimestampType : std::uint8_t { none, create_time, log_append_time };

// A message of the log; owns librdkafka's memory, so the views live as long as this. Movable, used on one thread.
// Must be gone before the consumer it came from is closed.
class ConsumedMessage {
 public:
  explicit ConsumedMessage(rd_kafka_message_s* owned);

  [[nodiscard]] std::int32_t partition() const;
  [[nodiscard]] std::int64_t offset() const;
  [[nodiscard]] TimeNs timestamp() const;  // millisecond precision; 0 where the type is none
  [[nodiscard]] TimestampType timestamp_type() const;
  [[nodiscard]] std::string_view key() const;
  [[nodiscard]] std::string_view payload() const;
  [[nodiscard]] std::optional<std::string_view> header(const char* name) const;  // the last one of this name

 private:
  struct Destroy {
    void operator()(rd_kafka_message_s* message) const;
  };
  std::unique_ptr<rd_kafka_message_s, Destroy> message_;
};

}  // namespace metricstream::kafka
