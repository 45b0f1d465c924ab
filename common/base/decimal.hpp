#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

namespace metricstream {

// Appends the decimal digits.
inline void append_decimal(std::string& out, std::uint64_t number) {
  char digits[std::numeric_limits<std::uint64_t>::digits10 + 1];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace metricstream
