#include "common/http/authority.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "common/http/header.hpp"

namespace metricstream::http {
namespace {

constexpr std::size_t kLongestName = 255;

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_name_char(char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

bool is_v6_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool is_authority(std::string_view text) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || end < 3 || !std::ranges::all_of(text.substr(1, end - 1), is_v6_char)) {
      return false;
    }
    rest = text.substr(end + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    const std::string_view name = text.substr(0, colon);
    if (name.empty() || name.size() > kLongestName || !std::ranges::all_of(name, is_name_char)) return false;
    rest = text.substr(colon);
  }
  return rest.empty() || (rest.starts_with(':') && is_port(rest.substr(1)));
}

bool same_authority(std::string_view a, std::string_view b, std::string_view default_port) {
  if (a.ends_with(default_port)) a.remove_suffix(default_port.size());
  if (b.ends_with(default_port)) b.remove_suffix(default_port.size());
  return same_name(a, b);
}

}  // namespace metricstream::http
