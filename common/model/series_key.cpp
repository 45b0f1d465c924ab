#include "common/model/series_key.hpp"

namespace metricstream {
namespace {

void append_escaped(std::string& out, std::string_view text, std::string_view special) {
  if (text.find_first_of(special) == std::string_view::npos) {
    out += text;
    return;
  }
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out.push_back('\\');
    out.push_back(c);
  }
}

}  // namespace

void append_escaped_measurement(std::string& out, std::string_view name) { append_escaped(out, name, ", "); }

void append_escaped_tag(std::string& out, std::string_view text) { append_escaped(out, text, ",= "); }

void append_series_key(std::string& out, std::string_view name, std::span<const TagView> sorted_tags) {
  append_escaped_measurement(out, name);
  for (const auto& [key, value] : sorted_tags) {
    out.push_back(',');
    append_escaped_tag(out, key);
    out.push_back('=');
    append_escaped_tag(out, value);
  }
}

}  // namespace metricstream
