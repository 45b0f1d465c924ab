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

struct Parameter {
  std::optional<std::string> name;        // nothing: badly encoded
  std::optional<std::string_view> value;  // as it is written; nothing without '='
};

// Takes the first one from `query`. Not by Boost.URL 1.81, whose last parameter reaches past the end of a view into a
// larger text (tried).
std::optional<Parameter> next_parameter(std::string_view& query) {
  if (query.empty()) return std::nullopt;
  const std::string_view text = query.substr(0, query.find('&'));
  query.remove_prefix(std::min(query.size(), text.size() + 1));
  const auto equals = text.find('=');
  Parameter out{.name = decode_component(text.substr(0, equals)), .value = std::nullopt};
  if (equals != std::string_view::npos) out.value = text.substr(equals + 1);
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
  std::string_view rest = query;
  while (const auto parameter = next_parameter(rest)) {
    if (parameter->name != name) continue;
    return parameter->value ? decode_component(*parameter->value) : std::string();
  }
  return std::nullopt;
}

std::size_t RequestHead::query_parameter_count(std::string_view name) const {
  std::size_t count = 0;
  std::string_view rest = query;
  while (const auto parameter = next_parameter(rest)) count += parameter->name == name ? 1 : 0;
  return count;
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
