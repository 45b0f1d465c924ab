#include "common/http/request.hpp"

#include <algorithm>

#include "common/base/hex.hpp"
#include "common/http/header.hpp"

namespace metricstream::http {
namespace {

// Percent-encoding, and '+' for a blank as forms write it.
std::optional<std::string> decode_component(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = text.size() - i > 2 ? hex_digit(text[i + 1]) : -1;
    const int low = text.size() - i > 2 ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace

std::optional<std::string_view> RequestHead::find(std::string_view name) const {
  for (const Field& field : fields()) {
    if (same_name(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t RequestHead::count(std::string_view name) const {
  std::size_t result = 0;
  for (const Field& field : fields()) result += same_name(field.name, name) ? 1 : 0;
  return result;
}

std::optional<std::string> RequestHead::query_parameter(std::string_view name) const {
  // Not by Boost.URL 1.81, whose last parameter reaches past the end of a view into a larger text (tried).
  for (std::string_view rest = query; !rest.empty();) {
    const std::string_view parameter = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), parameter.size() + 1));
    const auto equals = parameter.find('=');
    if (decode_component(parameter.substr(0, equals)) != name) continue;
    return equals == std::string_view::npos ? std::string() : decode_component(parameter.substr(equals + 1));
  }
  return std::nullopt;
}

bool RequestHead::add_field(Field field) {
  if (field_count_ == fields_.size()) return false;
  fields_[field_count_++] = field;
  return true;
}

void RequestHead::clear() {
  method = target = path = query = remote_address = request_id = traceparent = {};
  version = 11;
  body = {};
  peer_names = {};
  is_tls = false;
  field_count_ = 0;
}

}  // namespace metricstream::http
