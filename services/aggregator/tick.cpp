#include "services/aggregator/tick.hpp"

#include <algorithm>

#include "common/codec/record.hpp"

namespace metricstream::aggregator {

TickSchedule::TickSchedule(const fold::FoldSettings& settings)
    : interval_(std::min(kSecond, std::ranges::min_element(settings.windows, {}, &fold::WindowSize::size)->size / 2)) {}

bool TickSchedule::is_due(std::int32_t partition, TimeNs now) const {
  const auto last = last_.find(partition);
  return last == last_.end() || now - last->second >= interval_;
}

std::string encode_tick(TimeNs now, const fold::FoldSettings& settings) {
  Record tick;
  tick.kind = RecordKind::tick;
  tick.client_id = "metricstream-aggregator";
  tick.accepted_at = now;
  tick.partitions = settings.partitions;
  tick.max_age = settings.max_age;
  std::string out;
  encode_record(tick, out);
  return out;
}

}  // namespace metricstream::aggregator
