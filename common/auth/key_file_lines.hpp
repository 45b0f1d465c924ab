#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Private to this folder: a YAML text as lines, as far as an edit has to know.
namespace metricstream::auth {

// Each with its line end; joined they are the text.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

// "\r\n" where the first line ends so, else "\n".
[[nodiscard]] std::string_view line_end_of(std::string_view text);

// Blanks in front.
[[nodiscard]] std::size_t indent_of(std::string_view line);
[[nodiscard]] bool is_blank(std::string_view line);
[[nodiscard]] bool is_comment_line(std::string_view line);

// The lines of a top-level block list: [first, end) without blank lines and outer comments behind it.
struct ListLines {
  std::size_t heading = 0;  // the line of the list's own name
  std::size_t first = 0;
  std::size_t end = 0;
  std::size_t indent = 2;  // of the dashes
  bool is_empty = true;    // no entry; the heading may still say [], ~ or null
};

// Nothing where `name` does not begin a line, or its list is written between brackets.
[[nodiscard]] std::optional<ListLines> find_list(const std::vector<std::string_view>& lines, std::string_view name);

// Where a setting stands: the line, and the column of its name.
struct SettingPlace {
  std::size_t line = 0;
  std::size_t column = 0;
  bool is_quoted = false;  // "name": as JSON writes it
  bool is_inline = false;  // {name: value, ...}
};

// The first line that has `name: value`, the value plain or quoted.
[[nodiscard]] std::optional<SettingPlace> find_setting(const std::vector<std::string_view>& lines,
                                                       std::string_view name, std::string_view value);

}  // namespace metricstream::auth
