#include "common/config/schema.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace metricstream::config {
namespace {

template <class Node>
Node* child_named(const std::vector<std::unique_ptr<Element>>& children, std::string_view name) {
  for (const auto& child : children) {
    if (child->name == name) return child.get();
  }
  return nullptr;
}

Element& add_child(Element& parent, std::string_view name) {
  auto& child = parent.children.emplace_back(std::make_unique<Element>());
  child->name = name;
  return *child;
}

}  // namespace

Element* Element::find(std::string_view child) { return child_named<Element>(children, child); }
const Element* Element::find(std::string_view child) const { return child_named<const Element>(children, child); }

Element& Schema::make(std::string_view path, Element::Kind kind, std::string_view description) {
  Element* parent = root_;
  std::string_view rest = path;
  for (std::size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
    const std::string_view name = rest.substr(0, dot);
    Element* next = parent->find(name);
    parent = next != nullptr ? next : &add_child(*parent, name);
    rest.remove_prefix(dot + 1);
  }
  Element* element = parent->find(rest);
  const bool section_again = element != nullptr && kind == element->kind && kind == Element::Kind::section;
  if (element != nullptr && !section_again) throw std::logic_error("setting described twice: " + std::string(path));
  if (element == nullptr) element = &add_child(*parent, rest);
  element->kind = kind;
  if (!description.empty()) element->description = description;
  return *element;
}

void Schema::field(std::string_view path, std::map<std::string, std::string>& values, std::string_view description) {
  Element& element = make(path, Element::Kind::texts, description);
  element.expected = "a map of names to texts";
  element.clear = [&values] { values.clear(); };
  element.insert = [&values](std::string key, std::string value) { values[std::move(key)] = std::move(value); };
  element.pairs = [&values] { return values; };
}

void Schema::section(std::string_view path, std::string_view description) {
  make(path, Element::Kind::section, description);
}

void Schema::unused(std::string_view path, std::string_view why) { make(path, Element::Kind::unused, why); }

Element& Schema::at(std::string_view path) {
  Element* element = root_;
  for (std::size_t start = 0; element != nullptr && start <= path.size();) {
    const std::size_t end = std::min(path.find('.', start), path.size());
    element = element->find(path.substr(start, end - start));
    start = end + 1;
  }
  if (element == nullptr) throw std::logic_error("no such setting: " + std::string(path));
  return *element;
}

void Schema::hide(std::string_view path) { at(path).secret = true; }

void Schema::require(std::string_view path, std::string expected) {
  validate([&element = at(path), path = std::string(path), expected = std::move(expected)](Report& report) {
    if (!element.is_given) report.error(path, "missing, expected " + expected);
  });
}

void Schema::validate(std::function<void(Report&)> check, std::vector<std::string> of) {
  root_->validators.push_back({std::move(check), std::move(of)});
}

}  // namespace metricstream::config
