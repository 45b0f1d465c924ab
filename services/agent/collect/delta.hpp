#pragma once

#include <cstdint>
#include <optional>

#include "common/base/clock.hpp"

namespace metricstream::agent {

// Growth of a 64-bit kernel counter between two readings; none when it fell (device gone and back, driver reset): what
// happened in between is unknown, and a guess would draw a spike.
[[nodiscard]] constexpr std::optional<std::uint64_t> growth(std::uint64_t before, std::uint64_t after) {
  if (after < before) return std::nullopt;
  return after - before;
}

// Growth of a counter that the kernel prints with 32 bits (milliseconds in /proc/diskstats: they wrap every 49.7 days).
// A fall is taken for a wrap only when the growth is then at most `largest`, what the interval can hold.
[[nodiscard]] constexpr std::optional<std::uint64_t> growth32(std::uint64_t before, std::uint64_t after,
                                                              std::uint64_t largest) {
  constexpr std::uint64_t kWrap = std::uint64_t{1} << 32U;
  if (after >= before) return after - before;
  if (before >= kWrap || after + kWrap - before > largest) return std::nullopt;
  return after + kWrap - before;
}

// Units a second over an interval of the steady clock; none for an empty interval.
[[nodiscard]] constexpr std::optional<double> per_second(std::optional<std::uint64_t> amount, TimeNs interval) {
  if (!amount || interval <= 0) return std::nullopt;
  return static_cast<double>(*amount) * static_cast<double>(kSecond) / static_cast<double>(interval);
}

}  // namespace metricstream::agent
