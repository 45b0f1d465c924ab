#pragma once

#include <cstdint>

namespace metricstream {

// The next number of a generator of 64 bits of state (Steele, Lea, Flood 2014): fast, evenly spread, and no secret.
[[nodiscard]] constexpr std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace metricstream
