#include "services/agent/collect/text_scan.hpp"

#include "common/base/text.hpp"

namespace metricstream::agent {

std::optional<std::string_view> next_line(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string_view next_field(std::string_view& line) {
  const auto start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos) {
    line = {};
    return {};
  }
  line.remove_prefix(start);
  const auto field = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(field.size());
  return field;
}

std::unexpected<Error> malformed(std::string_view file, std::size_t line, std::string_view expected,
                                 std::string_view found) {
  return fail(std::string(file) + ": line " + std::to_string(line) + ": expected " + std::string(expected) +
              ", found '" + printable(found, 60) + "'");
}

}  // namespace metricstream::agent
