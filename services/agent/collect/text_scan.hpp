#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace metricstream::agent {

// Takes the next line (without its end) off `text`; none at the end. For files in the shapes of /proc.
[[nodiscard]] std::optional<std::string_view> next_line(std::string_view& text);

// Takes the next run of characters other than blanks off `line`; empty at the end.
std::string_view next_field(std::string_view& line);

// The whole of `text` as a number; none for anything else, also for a number that does not fit.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "FILE: line 3: expected WHAT, found 'FOUND'", safe to log whatever the file held.
[[nodiscard]] std::unexpected<Error> malformed(std::string_view file, std::size_t line, std::string_view expected,
                                               std::string_view found);

}  // namespace metricstream::agent
