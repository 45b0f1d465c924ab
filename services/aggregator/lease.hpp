#pragma once

#include <atomic>

#include "common/base/clock.hpp"

namespace metricstream::aggregator {

// The right to write to the outside, renewed by every commit that the group's coordinator accepts: as long as it holds,
// nobody else can own our partitions. It lasts 0.8 of the session time-out from when the accepted commit was *sent*, on
// CLOCK_BOOTTIME, which a suspended machine does not stop. Pure: times are arguments. Thread-safe.
class Lease {
 public:
  explicit Lease(TimeNs session_timeout) : length_(session_timeout / 5 * 4) {}

  // A commit sent at `sent_at` was accepted.
  void renew(TimeNs sent_at) { until_.store(sent_at + length_, std::memory_order_release); }
  // A new generation began, or the partitions are gone: nothing is written before the next accepted commit.
  void end() { until_.store(0, std::memory_order_release); }
  [[nodiscard]] bool holds(TimeNs now) const { return now < until_.load(std::memory_order_acquire); }
  [[nodiscard]] TimeNs length() const { return length_; }

 private:
  TimeNs length_;
  std::atomic<TimeNs> until_{0};
};

}  // namespace metricstream::aggregator
