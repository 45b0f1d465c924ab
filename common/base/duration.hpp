#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace metricstream {

// "10s", "1m", "1h30m", "500ms", "7d": whole numbers with a unit (ns us ms s m h d w y), largest first; y is 365 d.
// The failure says what was expected. No sign, no space.
[[nodiscard]] Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

// The shortest exact form that parse_duration reads back: "1m", "1h30m", "0s".
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace metricstream
