#include "services/aggregator/record_check.hpp"

#include <chrono>

#include "common/base/duration.hpp"

namespace metricstream::aggregator {
namespace {

std::string show(TimeNs duration) { return format_duration(std::chrono::nanoseconds{duration}); }

}  // namespace

std::optional<std::string> reason_to_stop(const Record& record, const fold::FoldSettings& settings) {
  if (record.partitions != settings.partitions) {
    return "the record was written for " + std::to_string(record.partitions) +
           " partitions, kafka.partitions here is " + std::to_string(settings.partitions) +
           ": both must be the topic's number, which never changes on a live topic";
  }
  if (record.max_age > settings.max_age) {
    return "the record was accepted with time.max_age " + show(record.max_age) + ", here it is " +
           show(settings.max_age) + ": raise it here first, then at the ingest services";
  }
  return std::nullopt;
}

std::optional<std::string> reason_to_stop(kafka::TimestampType type) {
  if (type == kafka::TimestampType::log_append_time) return std::nullopt;
  return "the message carries no LogAppendTime: set message.timestamp.type=LogAppendTime on the topic "
         "(metricstream-admin setup kafka shows what differs)";
}

}  // namespace metricstream::aggregator
