#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"

namespace metricstream::admin {

// The request that each of the original design documents shows, as its clients would send it.
struct Example {
  std::string_view number;         // "000" to "004"
  std::string_view title;          // whose payload it is
  std::string_view path;           // where that document sends it
  std::string_view authorization;  // as a header; empty: none
  std::string_view body;           // NOW_S and NOW_MS stand for the time of sending
};

[[nodiscard]] const std::array<Example, 5>& examples();
[[nodiscard]] std::optional<Example> find_example(std::string_view number);

// The body with the time of sending in its place: a time of the documents' own is years too old to be accepted.
[[nodiscard]] std::string example_body(const Example& example, TimeNs now);

}  // namespace metricstream::admin
