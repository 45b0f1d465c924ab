#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"

namespace metricstream {

// Texts of times at or beyond this distance from 1970 (the year 2223) are refused, so that sums of times have room.
constexpr TimeNs kMaxRfc3339Time = 8'000'000'000'000'000'000;

// RFC 3339 with an offset: 2025-01-16T03:00:00.123Z, 2025-01-16 04:00:00+01:00. Second 60 is the next minute's 0.
[[nodiscard]] std::optional<TimeNs> parse_rfc3339(std::string_view text);

// "2025-01-16T03:00:00Z", with as many digits behind the second as the time needs. Reads back as the same time.
[[nodiscard]] std::string format_rfc3339(TimeNs time);

}  // namespace metricstream
