#pragma once

#include <map>
#include <string>

#include "common/base/clock.hpp"

// What a store of points holds.
namespace metricstream::fold::test {

struct PointName {
  TimeNs size = 0;  // 0: raw
  TimeNs time = 0;  // start of the window
  std::string series;
  auto operator<=>(const PointName&) const = default;
};

using FieldMap = std::map<std::string, double>;  // raw: `value`
using Contents = std::map<PointName, FieldMap>;

// Empty when equal (`stddev` up to rounding, all else exactly); otherwise the first differences, for a person.
[[nodiscard]] std::string difference(const Contents& expected, const Contents& actual);

}  // namespace metricstream::fold::test
