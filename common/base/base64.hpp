#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace metricstream {

// The bytes that `text` stands for in the alphabet of RFC 4648, section 4. Strict, so that there is one text for each
// value: whole groups of four, padding only where it is due, its unused bits 0, no blank, no line end, nothing of the
// URL-safe alphabet. Nothing for any other text.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace metricstream
