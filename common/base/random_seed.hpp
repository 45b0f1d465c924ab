#pragma once

#include <cstdint>
#include <random>

namespace metricstream {

// Another one each time, from the system's entropy: nobody outside can tell what follows from it. No key material.
[[nodiscard]] inline std::uint64_t random_seed() {
  std::random_device source;
  return std::uint64_t{source()} << 32 | source();
}

}  // namespace metricstream
