#include "common/config/unknown_setting.hpp"

#include "common/base/suggestion.hpp"

namespace metricstream::config {
namespace {

void paths_named(const Element& element, std::string_view name, const std::string& path,
                 std::vector<std::string>& found) {
  for (const auto& child : element.children) {
    const std::string child_path = path.empty() ? child->name : path + "." + child->name;
    if (child->name == name) found.push_back(child_path);
    paths_named(*child, name, child_path, found);
  }
}

}  // namespace

std::string unknown_setting(const Element& root, const Element& section, std::string_view key) {
  std::vector<std::string> names;
  for (const auto& child : section.children) names.push_back(child->name);
  if (const auto near = suggest(key, names)) return "unknown setting; did you mean '" + *near + "'?";
  std::vector<std::string> elsewhere;
  paths_named(root, key, "", elsewhere);
  if (elsewhere.size() == 1) return "unknown setting; did you mean '" + elsewhere.front() + "'?";
  std::string message = "unknown setting, expected one of";
  for (std::size_t i = 0; i < names.size(); ++i) message += (i == 0 ? " " : ", ") + names[i];
  return message;
}

}  // namespace metricstream::config
