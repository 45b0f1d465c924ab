#pragma once

#include <chrono>
#include <cstdint>

namespace metricstream {

// Nanoseconds since the Unix epoch. Every timestamp of the pipeline has this unit; the range ends in 2262.
using TimeNs = std::int64_t;

constexpr TimeNs kMillisecond = 1'000'000;
constexpr TimeNs kSecond = 1'000'000'000;
constexpr TimeNs kMinute = 60 * kSecond;
constexpr TimeNs kHour = 60 * kMinute;

constexpr TimeNs to_ns(std::chrono::nanoseconds duration) { return duration.count(); }

// Start of the interval of `width` (> 0) that holds `time`; also right for times before 1970.
constexpr TimeNs floor_to(TimeNs time, TimeNs width) {
  const TimeNs rest = time % width;
  return time - (rest < 0 ? rest + width : rest);
}

// Wall clock behind an interface, so that whatever decides something can be given a time in tests.
// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimeNs now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimeNs now() const override;
};

// CLOCK_BOOTTIME: monotonic, and counts the time a machine was suspended, which CLOCK_MONOTONIC does not.
[[nodiscard]] TimeNs boot_time_ns();

}  // namespace metricstream
