#include "services/admin/table.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace metricstream::admin {
namespace {

// Characters of well-formed UTF-8: bytes that do not continue one.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

struct Column {
  std::size_t width = 0;
  bool is_numeric = true;
};

std::string_view cell(const std::vector<std::string>& row, std::size_t column) {
  return column < row.size() ? std::string_view(row[column]) : std::string_view();
}

Column measure(const Table& table, std::size_t index) {
  Column column{.width = width_of(table.heading[index])};
  for (const auto& row : table.rows) {
    const auto text = cell(row, index);
    column.width = std::max(column.width, width_of(text));
    column.is_numeric = column.is_numeric && (text.empty() || is_number(text));
  }
  return column;
}

void append_row(std::string& out, const std::vector<std::string>& row, const std::vector<Column>& columns) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto text = cell(row, i);
    const std::string fill(columns[i].width - width_of(text), ' ');
    if (i > 0) line += "  ";
    line += columns[i].is_numeric ? fill + std::string(text) : std::string(text) + fill;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

}  // namespace

std::string format_table(const Table& table) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < table.heading.size(); ++i) columns.push_back(measure(table, i));
  std::string out;
  append_row(out, table.heading, columns);
  for (const auto& row : table.rows) append_row(out, row, columns);
  return out;
}

}  // namespace metricstream::admin
