#pragma once

#include <string>
#include <vector>

namespace metricstream::admin {

// Rows of text under a heading. Shorter rows are filled up with empty cells.
struct Table {
  std::vector<std::string> heading;
  std::vector<std::vector<std::string>> rows;
};

// Columns as wide as their widest cell, two blanks between them; a column of numbers only is aligned to the right.
// Widths count characters, not bytes. Ends in a newline.
[[nodiscard]] std::string format_table(const Table& table);

}  // namespace metricstream::admin
