#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace metricstream::http {

// Where a client connects to: the parts of "http://host[:port][/path]" or "https://...".
struct Url {
  bool tls = false;
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 80;
  std::string path;  // without the trailing slash: "" or "/prefix"; to be put before a target

  // "host:port", with brackets around an IPv6 address, the port left out where it is the scheme's own.
  [[nodiscard]] std::string authority() const;
};

// Credentials, queries and fragments are refused, so that no secret hides in a URL.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace metricstream::http
