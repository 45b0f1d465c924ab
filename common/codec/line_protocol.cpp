#include "common/codec/line_protocol.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace metricstream {
namespace {

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> text;  // the longest double has 24 characters, the longest integer 20
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  static_cast<void>(error);
  out.append(text.data(), end);
}

}  // namespace

void merge_point_tags(std::span<const TagView> own_sorted, std::string_view client_id,
                      std::span<const Attribute> attributes, std::vector<TagView>& out) {
  constexpr std::string_view client_key = "client_id";
  const auto is_own = [&](std::string_view key) {
    const auto found = std::ranges::lower_bound(own_sorted, key, {}, &TagView::first);
    return found != own_sorted.end() && found->first == key && !found->second.empty();
  };
  out.clear();
  for (const TagView& tag : own_sorted) {
    if (!tag.second.empty() && tag.first != client_key) out.push_back(tag);
  }
  if (!client_id.empty()) out.emplace_back(client_key, client_id);
  for (const auto& [key, value] : attributes) {
    if (!value.empty() && key != client_key && !is_own(key)) out.emplace_back(key, value);
  }
  std::ranges::sort(out, {}, &TagView::first);
}

void append_float(std::string& out, double value) { append_number(out, value); }

void append_point(std::string& out, std::string_view series_key, std::span<const LineField> fields, TimeNs time) {
  out += series_key;
  char separator = ' ';
  for (const auto& [key, value] : fields) {
    out.push_back(separator);
    separator = ',';
    append_escaped_tag(out, key);  // field keys have the escapes of tag keys
    out.push_back('=');
    if (const double* number = std::get_if<double>(&value)) {
      append_float(out, *number);
    } else {
      append_number(out, std::get<std::int64_t>(value));
      out.push_back('i');
    }
  }
  out.push_back(' ');
  append_number(out, time);
  out.push_back('\n');
}

}  // namespace metricstream
