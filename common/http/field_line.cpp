#include "common/http/field_line.hpp"

#include <algorithm>
#include <array>

namespace metricstream::http {
namespace {

using ByteSet = std::array<bool, 256>;

constexpr ByteSet token_chars() {
  ByteSet set{};
  for (char c = '0'; c <= '9'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) set[static_cast<unsigned char>(c)] = true;
  return set;
}

constexpr ByteSet value_chars() {
  ByteSet set{};
  for (std::size_t byte = 0x20; byte < set.size(); ++byte) set[byte] = byte != 0x7f;
  set['\t'] = true;
  return set;
}

constexpr ByteSet kTokenChars = token_chars();
constexpr ByteSet kValueChars = value_chars();

bool is_target_char(char c) { return c > 0x20 && c < 0x7f && c != '#'; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
}

bool is_token(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_char); }

}  // namespace

bool is_token_char(char c) { return kTokenChars[static_cast<unsigned char>(c)]; }

bool is_value_char(char c) { return kValueChars[static_cast<unsigned char>(c)]; }

bool is_field_line(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  return std::ranges::all_of(line.substr(colon + 1), is_value_char);
}

bool is_request_line(std::string_view line) {
  const auto first = line.find(' ');
  if (first == std::string_view::npos || !is_token(line.substr(0, first))) return false;
  const auto second = line.find(' ', first + 1);
  if (second == std::string_view::npos || second == first + 1) return false;
  const std::string_view target = line.substr(first + 1, second - first - 1);
  return std::ranges::all_of(target, is_target_char) && is_version(line.substr(second + 1));
}

}  // namespace metricstream::http
