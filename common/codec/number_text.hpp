#pragma once

#include <optional>
#include <string_view>

#include "common/base/clock.hpp"

// Numbers and Unix times from their JSON text. Private to the codec.
namespace metricstream {

// The double nearest to a JSON number, exactly rounded (Boost.JSON 1.81's own conversion is off by one unit in the last
// place for a fifth of 17-digit numbers). Underflow gives 0 of the number's sign; nothing where it is too large.
[[nodiscard]] std::optional<double> parse_double(std::string_view number);

// A Unix timestamp from a JSON number: below 5e9 seconds, below 5e12 milliseconds, below 5e15 microseconds, else
// nanoseconds (negative ones by their magnitude). Fractions are read from the text, so they are exact to the ns, and
// cut there. Nothing beyond kMaxRecordTime.
[[nodiscard]] std::optional<TimeNs> parse_unix_time(std::string_view number);
[[nodiscard]] std::optional<TimeNs> parse_unix_time(std::int64_t number);

}  // namespace metricstream
