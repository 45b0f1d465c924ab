#pragma once

#include <string_view>
#include <vector>

#include "common/config/environment.hpp"
#include "common/config/problem.hpp"
#include "common/config/schema.hpp"

namespace metricstream::config {

struct Findings {
  std::vector<Problem> problems;
  std::vector<Problem> warnings;
};

// Reads YAML text into what `root` describes. Everything that is wrong is reported at once, in the order of the file:
// syntax, unknown and duplicate keys, values of a wrong type or range, failed validators (those of a section run unless
// one of its own values is wrong, since they would judge defaults). Does not throw.
[[nodiscard]] Findings read_yaml(Element& root, std::string_view text, std::string_view file,
                                 const Environment& environment);

template <class S>
struct Loaded {
  S settings;  // usable only without problems
  std::vector<Problem> problems;
  std::vector<Problem> warnings;

  [[nodiscard]] bool ok() const { return problems.empty(); }
};

// The settings of a file's text; `file` is only a name for messages. Empty text gives the defaults.
template <class S>
[[nodiscard]] Loaded<S> load(std::string_view text, std::string_view file,
                             const Environment& environment = process_environment()) {
  Loaded<S> out;
  const auto root = described(out.settings);
  Findings findings = read_yaml(*root, text, file, environment);
  out.problems = std::move(findings.problems);
  out.warnings = std::move(findings.warnings);
  return out;
}

}  // namespace metricstream::config
