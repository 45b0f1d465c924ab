#pragma once

#include <span>
#include <string>

namespace metricstream::config {

// Something wrong with a configuration, at its place in the file. Lines and columns count from 1; 0 where the file as a
// whole is meant.
struct Problem {
  std::string file;
  int line = 0;
  int column = 0;
  std::string path;
  std::string message;

  // "file:line:col: path: what, expected, did you mean"
  [[nodiscard]] std::string text() const;
};

// One line each, with a newline behind.
[[nodiscard]] std::string text_of(std::span<const Problem> problems);

}  // namespace metricstream::config
