#include "common/http/request.hpp"

#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>

#include "common/http/header.hpp"

namespace metricstream::http {

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
  if (query.empty()) return std::nullopt;
  const auto parsed = boost::urls::parse_query({query.data(), query.size()});
  if (!parsed) return std::nullopt;
  for (const auto& parameter : *parsed) {
    if (parameter.key.decode() == name) return parameter.value.decode();
  }
  return std::nullopt;
}

bool RequestHead::add_field(Field field) {
  if (field_count_ == fields_.size()) return false;
  fields_[field_count_++] = field;
  return true;
}

void RequestHead::clear() {
  method = target = path = query = request_id = traceparent = {};
  version = 11;
  body = {};
  field_count_ = 0;
}

}  // namespace metricstream::http
