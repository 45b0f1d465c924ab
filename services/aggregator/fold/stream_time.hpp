#pragma once

#include <algorithm>
#include <cstdint>

#include "common/base/clock.hpp"

namespace metricstream::fold {

// Before the first record of a log.
constexpr TimeNs kNoTime = 0;

// What one record says about time: the broker's append time, unless the ingest host's acceptance time shows that the
// broker's clock runs ahead. Time is data: no wall clock ever decides a close, so every replay closes at the same
// offset.
[[nodiscard]] constexpr TimeNs record_time(TimeNs log_append_time, TimeNs accepted_at, TimeNs delivery_slack) {
  return std::min(log_append_time, accepted_at + delivery_slack);
}

// Revisions are written where stream time crosses a multiple of `interval`, shifted by partition, so that the store
// does not get all partitions' revisions at once.
class RevisionSchedule {
 public:
  RevisionSchedule(TimeNs interval, std::int32_t partition, std::int32_t partitions)
      : interval_(interval), shift_(interval / std::max(partitions, 1) * partition) {}

  [[nodiscard]] bool crosses(TimeNs before, TimeNs after) const {
    return floor_to(after - shift_, interval_) > floor_to(before - shift_, interval_);
  }

 private:
  TimeNs interval_;
  TimeNs shift_;
};

}  // namespace metricstream::fold
