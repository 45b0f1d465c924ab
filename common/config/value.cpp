#include "common/config/value.hpp"

#include <algorithm>

namespace metricstream::config {
namespace {

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port <= 65535;
}

bool is_host_and_port(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || !is_port(std::string_view(text).substr(colon + 1))) return false;
  const std::string_view host = std::string_view(text).substr(0, colon);
  if (host.starts_with('[')) return host.size() > 2 && host.find(']') == host.size() - 1;
  return host.find_first_of(": /[]") == std::string_view::npos;
}

bool is_http_url(const std::string& text) {
  std::string_view rest = text;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else {
    return false;
  }
  if (rest.find_first_of(" \t\r\n") != std::string_view::npos) return false;
  const std::size_t end = rest.find_first_of("/?#");
  std::string_view authority = rest.substr(0, end);
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  const bool has_port = authority.find(':') != std::string_view::npos;
  return !authority.empty() && authority.front() != ':' &&
         (!has_port || is_host_and_port(std::string(authority)) ||
          (authority.front() == '[' && authority.back() == ']'));
}

}  // namespace

std::string expected_phrase(const std::string& type, const std::string& check) {
  if (check.starts_with(' ')) {
    // A range takes the place of the type's own or of its examples, but not of its step:
    // "a duration such as 10s or 1m30s, in steps of 1s" becomes "a duration from 1s to 10m, in steps of 1s".
    const std::size_t step = std::min(type.find(", in steps"), type.size());
    const std::size_t noun = std::min({type.find(" such as "), type.find(" from "), type.find(" of "), step});
    return type.substr(0, noun) + check + type.substr(step);
  }
  return check.empty() || check.front() == ',' ? type + check : check;
}

Check<std::string> host_and_port() {
  return {"an address and port such as 127.0.0.1:8080, [::1]:8080 or :8080", is_host_and_port};
}

Check<std::string> http_url() { return {"a URL such as http://127.0.0.1:8086", is_http_url}; }

}  // namespace metricstream::config
