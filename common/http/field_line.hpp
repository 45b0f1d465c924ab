#pragma once

#include <string_view>

// Which bytes a header may hold (RFC 9110, 5; RFC 9112, 5), strictly. Pure.
namespace metricstream::http {

// tchar: letters, digits and !#$%&'*+-.^_`|~
[[nodiscard]] bool is_token_char(char c);
// A blank, a tab, visible ASCII, or a byte of 0x80 and more.
[[nodiscard]] bool is_value_char(char c);

// A line without its CR LF: a token, a colon right behind it, a value of value characters. Not a continued line.
[[nodiscard]] bool is_field_line(std::string_view line);

// A method, a target of visible ASCII without a fragment, and HTTP/d.d, with one blank between.
[[nodiscard]] bool is_request_line(std::string_view line);

}  // namespace metricstream::http
