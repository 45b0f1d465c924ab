#include <algorithm>
#include <set>
#include <utility>

#include "common/config/reference.hpp"

namespace metricstream::config {
namespace {

void collect_paths(const Element& section, const std::string& path, std::vector<std::string>& out) {
  for (const auto& child : section.children) {
    const std::string child_path = path.empty() ? child->name : path + "." + child->name;
    if (child->kind == Element::Kind::unused) continue;
    out.push_back(child_path);
    if (child->kind == Element::Kind::section) collect_paths(*child, child_path, out);
    if (child->kind == Element::Kind::objects) collect_paths(*child->example(), child_path + "[]", out);
  }
}

struct Key {
  std::size_t indent = 0;
  bool in_list = false;  // the line begins an entry of a list
  std::string name;
};

// The key of a line such as "  listen: x", "  - size: 1m", "#   listen: x"; an empty name where there is none.
Key key_of(std::string_view line) {
  Key key;
  bool commented = false;
  for (; !line.empty(); line.remove_prefix(1), ++key.indent) {
    if (line.starts_with("# ") && !commented) {
      commented = true;  // the mark itself takes no room
      line.remove_prefix(1);
      --key.indent;
    } else if (line.starts_with("- ") && !key.in_list) {
      key.in_list = true;
    } else if (line.front() != ' ') {
      break;
    }
  }
  const std::size_t colon = line.find(':');
  const bool is_key = colon != std::string_view::npos && (colon + 1 == line.size() || line[colon + 1] == ' ');
  if (is_key) key.name = line.substr(0, colon);
  return key;
}

struct Open {
  std::size_t indent;
  std::string path;
};

}  // namespace

std::vector<std::string> missing_keys(const Element& root, std::string_view yaml) {
  std::vector<std::string> wanted;
  collect_paths(root, "", wanted);
  const std::set<std::string> known(wanted.begin(), wanted.end());
  std::set<std::string> seen;
  std::vector<Open> stack;
  while (!yaml.empty()) {
    const std::size_t end = std::min(yaml.find('\n'), yaml.size());
    const Key key = key_of(yaml.substr(0, end));
    yaml.remove_prefix(std::min(end + 1, yaml.size()));
    // The innermost section that is less indented; prose with a colon names no setting there and is passed over.
    std::size_t depth = stack.size();
    while (depth > 0 && stack[depth - 1].indent >= key.indent) --depth;
    const std::string parent = depth == 0 ? "" : stack[depth - 1].path;
    for (const std::string& path : {parent.empty() ? key.name : parent + "." + key.name, parent + "[]." + key.name}) {
      if (!known.contains(path)) continue;
      seen.insert(path);
      stack.resize(depth);
      stack.push_back({key.indent, path});
      break;
    }
  }
  std::erase_if(wanted, [&](const std::string& path) { return seen.contains(path); });
  return wanted;
}

}  // namespace metricstream::config
