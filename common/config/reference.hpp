#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/config/schema.hpp"

namespace metricstream::config {

// The values of a description as YAML that `read_yaml` reads back. Annotated: with descriptions as comments, and
// commented-out lines for what has no value (`config default`). Secrets print as ***, also the password inside a URL
// and map entries whose key names a password, secret, token or key (`config show`).
enum class Annotation { none, comments };
[[nodiscard]] std::string write_yaml(const Element& root, Annotation annotation);

// A chapter of docs/configuration.md: a table of settings (path, type, default, meaning) for each section.
[[nodiscard]] std::string write_markdown(const Element& root, std::string_view title, std::string_view introduction);

// The paths of settings that a commented YAML text mentions neither as a key nor as a commented-out key, for the test
// that keeps config/*.yaml complete. Elements of lists count once: "rules[].match".
[[nodiscard]] std::vector<std::string> missing_keys(const Element& root, std::string_view yaml);

template <class S>
[[nodiscard]] std::string default_yaml() {
  S settings;
  return write_yaml(*described(settings), Annotation::comments);
}

template <class S>
[[nodiscard]] std::string show_yaml(S settings) {
  return write_yaml(*described(settings), Annotation::none);
}

template <class S>
[[nodiscard]] std::string reference_markdown(std::string_view title, std::string_view introduction) {
  S settings;
  return write_markdown(*described(settings), title, introduction);
}

template <class S>
[[nodiscard]] std::vector<std::string> missing_keys(std::string_view yaml) {
  S settings;
  return missing_keys(*described(settings), yaml);
}

}  // namespace metricstream::config
