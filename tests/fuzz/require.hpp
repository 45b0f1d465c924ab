#pragma once

#include <cstdlib>

namespace metricstream::fuzz {

// A property of the code under test; where it does not hold the fuzzer keeps the input.
inline void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace metricstream::fuzz
