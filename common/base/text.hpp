#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace metricstream {

// True for well-formed UTF-8 without overlong forms or surrogates.
[[nodiscard]] bool is_utf8(std::string_view text);

// `text` made safe for one line of a log or a message: control characters and invalid bytes as \xNN, cut at
// `limit` bytes with "..." behind.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 128);

// The body of a JSON string (without the quotes) for any bytes; invalid UTF-8 becomes U+FFFD.
void append_json_escaped(std::string& out, std::string_view text);

}  // namespace metricstream
