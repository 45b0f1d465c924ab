#pragma once

#include <fstream>
#include <string>
#include <string_view>

namespace metricstream::test {

// Whether a row of docs/operations.md is about this reason: begins with a part of it.
inline bool runbook_has(std::string_view reason) {
  constexpr std::string_view kRow = "| `";
  std::ifstream page(METRICSTREAM_SOURCE_DIR "/docs/operations.md");
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with(kRow)) continue;
    const std::string phrase = line.substr(kRow.size(), line.find('`', kRow.size()) - kRow.size());
    if (reason.find(phrase) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace metricstream::test
