#pragma once

#include <cstdint>

#include "common/base/clock.hpp"

namespace metricstream::fold {

// A place in a partition's log: an offset, and the stream time just before its record.
struct Position {
  std::int64_t offset = 0;
  TimeNs stream_time = 0;
  bool operator==(const Position&) const = default;
};

[[nodiscard]] constexpr const Position& earlier(const Position& a, const Position& b) {
  return b.offset < a.offset ? b : a;
}

}  // namespace metricstream::fold
