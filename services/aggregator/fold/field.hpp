#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace metricstream::fold {

enum class FieldKind : std::uint8_t { count, sum, min, max, avg, first, last, stddev, increase, percentile };

// One field of a window result. Percentiles are written p + digits: p50, p95, p99, p999 (99.9).
struct Field {
  FieldKind kind;
  std::string name;              // as it is written
  std::uint32_t millionths = 0;  // percentile only: 1 to 999,999
};

[[nodiscard]] Result<Field> parse_field(std::string_view name);

// count, sum, min, max, avg, p50, p95, p99: what a rule without `fields` writes. Counters get `increase` besides.
[[nodiscard]] const std::vector<Field>& default_fields();
[[nodiscard]] const Field& increase_field();

}  // namespace metricstream::fold
