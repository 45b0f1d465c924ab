#include "common/auth/key_file_lines.hpp"

#include <algorithm>
#include <array>

namespace metricstream::auth {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

// What stands behind a colon, without a comment.
std::string_view value_of(std::string_view rest) {
  const std::size_t comment = rest.find(" #");
  return trimmed(rest.substr(0, comment));
}

bool is_dash(std::string_view line, std::size_t indent) {
  return line.size() > indent && line[indent] == '-' &&
         (line.size() == indent + 1 || kBlanks.contains(line[indent + 1]));
}

// The next setting of the top level, or a document's end.
bool ends_list(std::string_view line) {
  return !is_blank(line) && indent_of(line) == 0 && line.front() != '#' && !is_dash(line, 0);
}

// Whether `text` begins with `value` and nothing that could continue it; quotes around it are allowed.
bool begins_with_value(std::string_view text, std::string_view value) {
  const bool is_quoted = text.starts_with('"') || text.starts_with('\'');
  if (is_quoted) text.remove_prefix(1);
  if (!text.starts_with(value)) return false;
  text.remove_prefix(value.size());
  const std::string_view ends = is_quoted ? "\"'" : " \t\r\n,}";
  return text.empty() || ends.contains(text.front());
}

std::optional<SettingPlace> setting_in(std::string_view line, std::string_view name, std::string_view value) {
  for (std::size_t at = line.find(name); at != std::string_view::npos; at = line.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool is_quoted = at > 0 && end < line.size() && line[at - 1] == '"' && line[end] == '"';
    std::string_view rest = line.substr(end + (is_quoted ? 1 : 0));
    if (!rest.starts_with(':')) continue;
    rest.remove_prefix(1);
    if (!begins_with_value(trimmed(rest), value)) continue;
    const std::size_t column = at - (is_quoted ? 1 : 0);
    const std::size_t before = column == 0 ? std::string_view::npos : line.find_last_not_of(" \t", column - 1);
    const char neighbour = before == std::string_view::npos ? '-' : line[before];
    const bool is_inline = neighbour == '{' || neighbour == ',';
    if (!is_inline && neighbour != '-') continue;
    return SettingPlace{.line = 0, .column = column, .is_quoted = is_quoted, .is_inline = is_inline};
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

std::string_view line_end_of(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end != std::string_view::npos && end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
}

std::size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

bool is_blank(std::string_view line) { return trimmed(line).empty(); }

bool is_comment_line(std::string_view line) { return trimmed(line).starts_with('#'); }

std::optional<ListLines> find_list(const std::vector<std::string_view>& lines, std::string_view name) {
  const std::string heading = std::string(name) + ":";
  const auto found = std::ranges::find_if(lines, [&](std::string_view line) { return line.starts_with(heading); });
  if (found == lines.end()) return std::nullopt;
  constexpr std::array<std::string_view, 4> kNothing{"", "[]", "~", "null"};
  if (std::ranges::find(kNothing, value_of(found->substr(heading.size()))) == kNothing.end()) return std::nullopt;
  ListLines out;
  out.heading = static_cast<std::size_t>(found - lines.begin());
  out.first = out.heading + 1;
  out.end = out.first;
  for (std::size_t i = out.first; i < lines.size() && !ends_list(lines[i]); ++i) {
    if (is_blank(lines[i]) || (is_comment_line(lines[i]) && (out.is_empty || indent_of(lines[i]) == 0))) continue;
    if (out.is_empty) {
      if (!is_dash(lines[i], indent_of(lines[i]))) return std::nullopt;
      out.indent = indent_of(lines[i]);
      out.is_empty = false;
    }
    out.end = i + 1;
  }
  return out;
}

std::optional<SettingPlace> find_setting(const std::vector<std::string_view>& lines, std::string_view name,
                                         std::string_view value) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_comment_line(lines[i])) continue;
    auto place = setting_in(lines[i], name, value);
    if (!place) continue;
    place->line = i;
    return place;
  }
  return std::nullopt;
}

}  // namespace metricstream::auth
