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

// At most `limit` bytes of the front of `text`, without a character that would be cut in two.
[[nodiscard]] std::string_view cut_text(std::string_view text, std::size_t limit);

// The length of the character at `at` of `text`; 0 where there is no well-formed UTF-8, or only a control character
// (U+0000 to U+001F, U+007F to U+009F), and none must reach a terminal.
[[nodiscard]] std::size_t printable_length(std::string_view text, std::size_t at);

// Appends \xNN, two lower-case digits.
void append_hex_escape(std::string& out, char byte);

// The body of a JSON string (without the quotes) for any bytes, control characters escaped (U+007F to U+009F too);
// each byte of invalid UTF-8 becomes U+FFFD.
void append_json_escaped(std::string& out, std::string_view text);

}  // namespace metricstream
