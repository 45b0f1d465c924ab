#pragma once

#include <cstdint>

#include "common/base/clock.hpp"

namespace metricstream::ingestion {

// At most so many in each second of the clock; for lines of a log. Pure: time is an argument. Not thread-safe.
class SecondBudget {
 public:
  explicit SecondBudget(std::uint32_t most) : most_(most) {}

  [[nodiscard]] bool has_room(TimeNs now) {
    const TimeNs second = floor_to(now, kSecond);
    if (second != second_) {
      second_ = second;
      used_ = 0;
    }
    return used_ < most_;
  }
  // Of the second that has_room() was asked for last.
  void use_one() { ++used_; }

 private:
  std::uint32_t most_;
  std::uint32_t used_ = 0;
  TimeNs second_ = INT64_MIN;
};

}  // namespace metricstream::ingestion
