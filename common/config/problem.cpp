#include "common/config/problem.hpp"

namespace metricstream::config {

std::string Problem::text() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line) + ":" + std::to_string(column);
  if (!path.empty()) out += ": " + path;
  return out + ": " + message;
}

std::string text_of(std::span<const Problem> problems) {
  std::string out;
  for (const Problem& problem : problems) out += problem.text() + "\n";
  return out;
}

}  // namespace metricstream::config
