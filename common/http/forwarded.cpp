#include "common/http/forwarded.hpp"

#include <algorithm>
#include <ranges>

#include "common/base/blank.hpp"
#include "common/http/header.hpp"

namespace metricstream::http {
namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "a.b.c.d", "a.b.c.d:port", "v6", "[v6]", "[v6]:port".
std::optional<IpAddress> parse_element(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && (!rest.starts_with(':') || !is_port(rest.substr(1)))) return std::nullopt;
    return IpAddress::parse(text.substr(1, end - 1));
  }
  const auto colon = text.find(':');
  const bool has_port = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
  if (!has_port) return IpAddress::parse(text);
  return is_port(text.substr(colon + 1)) ? IpAddress::parse(text.substr(0, colon)) : std::nullopt;
}

}  // namespace

bool contains(std::span<const AddressRange> ranges, const IpAddress& address) {
  return std::ranges::any_of(ranges, [&](const AddressRange& range) { return range.contains(address); });
}

std::optional<IpAddress> forwarded_client(const RequestHead& head, std::span<const AddressRange> trusted) {
  std::optional<IpAddress> last;
  for (const Field& field : std::views::reverse(head.fields())) {
    if (!same_name(field.name, "X-Forwarded-For")) continue;
    std::string_view rest = field.value;
    for (bool has_more = true; has_more;) {
      const auto comma = rest.rfind(',');
      has_more = comma != std::string_view::npos;
      last = parse_element(trimmed(has_more ? rest.substr(comma + 1) : rest));
      if (!last || !contains(trusted, *last)) return last;
      rest = rest.substr(0, has_more ? comma : 0);
    }
  }
  return last;
}

}  // namespace metricstream::http
