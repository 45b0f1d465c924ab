#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "common/base/clock.hpp"
#include "services/aggregator/fold/position.hpp"
#include "services/aggregator/fold/statistics.hpp"

namespace metricstream::fold {

struct RawPoint {
  std::string_view series;  // line protocol: measurement and tags
  TimeNs time;
  double value;
};

struct WindowPoint {
  std::string_view series;  // line protocol: measurement and tags
  std::size_t window;       // index into FoldSettings::windows
  TimeNs start;
  std::span<const FieldValue> fields;
  std::uint32_t revision;  // 1 for the first result
};

struct LateSample {
  std::string_view series;  // client id, '\n', canonical key
  TimeNs time;
};

// Receives what the fold has to say. `cause` is the record whose folding produced it: until the output is durable
// outside, that record must be read again after a crash. Views live for the call.
class Output {
 public:
  virtual ~Output() = default;
  virtual void raw(Position cause, const RawPoint& point) = 0;
  virtual void window(Position cause, const WindowPoint& point) = 0;
  // A sample of a block that is closed already: beyond every clock's allowance.
  virtual void late(Position cause, const LateSample& sample) = 0;
};

}  // namespace metricstream::fold
