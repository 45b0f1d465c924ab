#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metricstream::http {

struct Header {
  std::string name;
  std::string value;
};
using Headers = std::vector<Header>;

// Field names compare without case (ASCII).
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);
// The first field of that name.
[[nodiscard]] std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

}  // namespace metricstream::http
