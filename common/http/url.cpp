#include "common/http/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "common/base/text.hpp"

namespace metricstream::http {

std::string Url::authority() const {
  std::string text = host.contains(':') ? "[" + host + "]" : host;
  if (port != (tls ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

Result<Url> parse_url(std::string_view text) {
  const auto refuse = [&](std::string_view what) {
    return fail("'" + printable(text) + "' " + std::string(what) +
                "; expected http://host[:port][/path] or https://...");
  };
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed) return refuse("is not a URL");
  const boost::urls::url_view& view = *parsed;
  // Not quoted back: it may hold a password.
  if (view.has_userinfo()) return fail("a URL must not hold user name or password");
  Url url;
  const boost::urls::scheme scheme = view.scheme_id();
  if (scheme != boost::urls::scheme::http && scheme != boost::urls::scheme::https) return refuse("has another scheme");
  if (view.has_query() || view.has_fragment()) return refuse("has a query or a fragment");
  url.tls = scheme == boost::urls::scheme::https;
  url.host = view.host_address();
  if (url.host.empty()) return refuse("has no host");
  url.port = url.tls ? 443 : 80;
  if (view.has_port()) {
    // Not port_number(), which takes 99999 modulo 65536.
    const std::string digits(view.port());
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc() || url.port == 0) return refuse("has a port outside 1 to 65535");
  }
  url.path = view.encoded_path();
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

}  // namespace metricstream::http
