#include "common/config/environment.hpp"

#include <cstdlib>

namespace metricstream::config {
namespace {

bool is_name(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  constexpr std::string_view all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  return !text.empty() && letters.contains(text.front()) && text.find_first_not_of(all) == std::string_view::npos;
}

// The value of what stands between ${ and }.
Result<std::string> value_of(std::string_view reference, const Environment& environment) {
  const std::size_t colon = reference.find(':');
  const std::string name(reference.substr(0, colon));
  const std::string_view operation = colon == std::string_view::npos ? "" : reference.substr(colon, 2);
  const bool known = operation.empty() || operation == ":-" || operation == ":?";
  if (!is_name(name) || !known) {
    return fail("'${" + std::string(reference) + "}': expected ${VAR}, ${VAR:-default} or ${VAR:?message} ($$ is a $)");
  }
  std::optional<std::string> value = environment(name);
  if (operation.empty()) {
    if (value) return *std::move(value);
    return fail("environment variable " + name + " is not set (${" + name + ":-default} gives one a default)");
  }
  if (value && !value->empty()) return *std::move(value);
  const std::string_view argument = reference.substr(colon + 2);
  if (operation == ":-") return std::string(argument);
  return fail("environment variable " + name + " is not set: " + std::string(argument));
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Result<std::string> expand(std::string_view text, const Environment& environment) {
  if (!environment) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t dollar = text.find('$');
    out += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    if (text.starts_with("$$")) {
      out += '$';
      text.remove_prefix(2);
    } else if (text.starts_with("${")) {
      const std::size_t close = text.find('}');
      if (close == std::string_view::npos) return fail("'" + std::string(text) + "': expected a closing }");
      Result<std::string> value = value_of(text.substr(2, close - 2), environment);
      if (!value) return value;
      out += *value;
      text.remove_prefix(close + 1);
    } else {
      out += '$';
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace metricstream::config
