#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/kafka/producer.hpp"
#include "services/aggregator/dead_record_sink.hpp"
#include "services/aggregator/sink/dead_letter.hpp"

namespace metricstream::aggregator {

inline constexpr const char* kDeadLetterTopic = "metrics-dlq";

// `metrics-dlq`: lines that InfluxDB refused for good, and records that cannot be decoded. The payload is what was
// refused, the headers say why and where it came from. Thread-safe.
class DeadLetterQueue final : public sink::DeadLetterSink, public DeadRecordSink {
 public:
  // `producer` must outlive this object.
  explicit DeadLetterQueue(kafka::Producer& producer) : producer_(producer) {}

  void submit(sink::DeadLetter letter, std::function<void(bool stored)> done) override;
  void submit_record(std::int32_t partition, std::int64_t offset, std::string_view record, std::string_view reason,
                     std::function<void(bool stored)> done) override;

 private:
  void send(kafka::Message message, std::function<void(bool stored)> done);

  kafka::Producer& producer_;
};

}  // namespace metricstream::aggregator
