#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "common/base/clock.hpp"
#include "services/aggregator/fold/fold_settings.hpp"

namespace metricstream::aggregator {

// Says when an idle partition needs a tick: a record without samples that lets stream time, and so its windows, go on.
// Ticks are harmless: doubled, late or from a process that no longer owns the partition. Pure.
class TickSchedule {
 public:
  // Every second, or half of the smallest window where that is less.
  explicit TickSchedule(const fold::FoldSettings& settings);

  // Something was read from the partition (a tick counts) or a tick was sent to it.
  void touch(std::int32_t partition, TimeNs now) { last_[partition] = now; }
  void forget() { last_.clear(); }
  [[nodiscard]] bool is_due(std::int32_t partition, TimeNs now) const;
  [[nodiscard]] TimeNs interval() const { return interval_; }

 private:
  TimeNs interval_;
  std::unordered_map<std::int32_t, TimeNs> last_;
};

// The bytes of a tick.
[[nodiscard]] std::string encode_tick(TimeNs now, const fold::FoldSettings& settings);

}  // namespace metricstream::aggregator
