#include <utility>

#include "common/config/reference.hpp"

namespace metricstream::config {
namespace {

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + cell(text) + "`"; }

std::string default_of(const Element& element) {
  std::string out;
  switch (element.kind) {
    case Element::Kind::scalar:
      return code(element.get().value_or(""));
    case Element::Kind::scalars:
      for (const std::string& value : element.all()) out += (out.empty() ? "" : ", ") + value;
      return code("[" + out + "]");
    case Element::Kind::texts:
      for (const auto& [key, value] : element.pairs()) out += (out.empty() ? "" : ", ") + key + ": " + value;
      return code("{" + out + "}");
    case Element::Kind::section:
    case Element::Kind::objects:
    case Element::Kind::unused:
      break;
  }
  return out;
}

// A row for a setting, one for a list; sections become tables of their own behind this one.
std::string row(const Element& element, const std::string& path) {
  if (element.kind == Element::Kind::unused) {
    return "| " + code(path) + " | anything | | No effect: " + cell(element.description) + " |\n";
  }
  std::string default_value = default_of(element);
  if (element.kind == Element::Kind::objects) {
    const std::size_t count = element.object_count();
    default_value = count == 0 ? code("[]") : std::to_string(count) + (count == 1 ? " entry" : " entries");
  }
  return "| " + code(path) + " | " + cell(element.expected) + " | " + default_value + " | " +
         cell(element.description) + " |\n";
}

void write_section(std::string& out, const Element& section, const std::string& path) {
  std::string rows;
  for (const auto& child : section.children) {
    if (child->kind != Element::Kind::section)
      rows += row(*child, path.empty() ? child->name : path + "." + child->name);
  }
  if (!path.empty() && (!rows.empty() || !section.description.empty())) {
    out += "### `" + path + "`\n\n";
    if (!section.description.empty()) out += section.description + "\n\n";
  }
  if (!rows.empty()) out += "| Setting | Value | Default | Meaning |\n| --- | --- | --- | --- |\n" + rows + "\n";
  for (const auto& child : section.children) {
    const std::string child_path = path.empty() ? child->name : path + "." + child->name;
    if (child->kind == Element::Kind::section) write_section(out, *child, child_path);
    if (child->kind == Element::Kind::objects) {
      const auto example = child->example();
      example->description = "Each entry of `" + child_path + "`.";
      write_section(out, *example, child_path + "[]");
    }
  }
}

}  // namespace

std::string write_markdown(const Element& root, std::string_view title, std::string_view introduction) {
  std::string out = "## " + std::string(title) + "\n\n";
  if (!introduction.empty()) out += std::string(introduction) + "\n\n";
  write_section(out, root, "");
  return out;
}

}  // namespace metricstream::config
