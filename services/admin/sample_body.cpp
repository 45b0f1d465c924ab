#include "services/admin/sample_body.hpp"

#include "common/base/text.hpp"

namespace metricstream::admin {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  append_json_escaped(out, text);
  return out + "\"";
}

// Takes leading digits off `text`; false when there is none.
bool take_digits(std::string_view& text) {
  const auto count = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(count);
  return count > 0;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || !any_of.contains(text.front())) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

bool is_json_number(std::string_view text) {
  take(text, "-");
  if (text.starts_with('0')) {
    text.remove_prefix(1);
  } else if (!take_digits(text)) {
    return false;
  }
  if (take(text, ".") && !take_digits(text)) return false;
  if (take(text, "eE")) {
    take(text, "+-");
    if (!take_digits(text)) return false;
  }
  return text.empty();
}

Result<std::pair<std::string, std::string>> parse_tag(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return fail("tag '" + printable(text) + "': expected KEY=VALUE");
  }
  return std::pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

Result<std::string> sample_body(const NamedSample& sample) {
  if (!is_json_number(sample.value)) {
    return fail("value '" + printable(sample.value) + "': expected a number such as 75.5 or 1e9");
  }
  std::string tags;
  for (const auto& text : sample.tags) {
    const auto tag = parse_tag(text);
    if (!tag) return std::unexpected(tag.error());
    tags += (tags.empty() ? "" : ",") + quoted(tag->first) + ":" + quoted(tag->second);
  }
  std::string out = R"({"metrics":[{"name":)" + quoted(sample.name) + R"(,"value":)" + sample.value + R"(,"type":)" +
                    quoted(sample.type);
  if (sample.timestamp) {
    const bool is_number = is_json_number(*sample.timestamp);
    out += R"(,"timestamp":)" + (is_number ? *sample.timestamp : quoted(*sample.timestamp));
  }
  if (!tags.empty()) out += R"(,"tags":{)" + tags + "}";
  return out + "}]}";
}

}  // namespace metricstream::admin
