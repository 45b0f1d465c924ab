#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "common/base/suggestion.hpp"
#include "common/base/text.hpp"
#include "common/config/load.hpp"
#include "common/config/unknown_setting.hpp"
#include "common/config/wrong_paths.hpp"
#include "common/config/yaml_place.hpp"
#include "common/config/yaml_tree.hpp"

namespace metricstream::config {
namespace {

using Node = YamlTree::Node;

std::string join(std::string_view parent, std::string_view child) {
  std::string out(parent);
  if (!out.empty()) out += ".";
  return out += child;
}

std::string indexed(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

std::string_view shape_of(const Node& node) {
  if (node.is_map()) return "a section";
  if (node.is_list()) return "a list";
  return node.is_scalar() ? "one value" : "nothing";
}

class Reader {
 public:
  Reader(const Element& root, const YamlTree& tree, std::string_view file, const Environment& environment)
      : root_(root), places_(tree), file_(file), environment_(environment) {}

  void read_document(Element& root, const Node& node);
  void problem(const YamlMark& mark, std::string_view path, std::string message) {
    report(mark, path, std::move(message));
    wrong_.add(path);
  }
  void validate(Element& section, const std::string& path);
  [[nodiscard]] Findings finish();

 private:
  class SectionReport;

  void report(const YamlMark& mark, std::string_view path, std::string message) {
    findings_.problems.push_back({file_, mark.line, mark.column, std::string(path), std::move(message)});
  }
  void read_section(Element& section, const Node& node, const std::string& path);
  void read_child(Element& child, const Node& key, const Node& value, const std::string& path);
  void read_scalar(Element& element, const Node& node, const std::string& path);
  void read_scalars(Element& element, const Node& node, const std::string& path);
  void read_split(Element& element, const Node& node, const std::string& path);
  void read_texts(Element& element, const Node& node, const std::string& path);
  void read_objects(Element& element, const Node& node, const std::string& path);
  void wrong_value(const Element& element, const Node& node, const std::string& path, const std::string& text);
  std::optional<std::string> text_of(const Element& element, const Node& node, const std::string& path);
  template <class Each>
  void each_key(const Node& map, const std::string& path, Each each);
  Problem at(std::string_view path, std::string message);

  const Element& root_;
  YamlPlaces places_;
  std::string file_;
  const Environment& environment_;
  Findings findings_;
  WrongPaths wrong_;
};

// Positions a validator's findings: paths are relative to the section.
class Reader::SectionReport final : public Report {
 public:
  SectionReport(Reader& reader, std::string path) : reader_(reader), path_(std::move(path)) {}
  void error(std::string_view path, std::string message) override {
    reader_.findings_.problems.push_back(reader_.at(join(path_, path), std::move(message)));
  }
  void warning(std::string_view path, std::string message) override {
    reader_.findings_.warnings.push_back(reader_.at(join(path_, path), std::move(message)));
  }

 private:
  Reader& reader_;
  std::string path_;
};

Problem Reader::at(std::string_view path, std::string message) {
  const YamlMark mark = places_.find(path).value_or(YamlMark{});
  return {file_, mark.line, mark.column, std::string(path), std::move(message)};
}

void Reader::read_document(Element& root, const Node& node) {
  if (node.is_map() || node.is_null()) return read_section(root, node, "");
  problem(node.mark(), "",
          "expected sections such as '" + (root.children.empty() ? "" : root.children[0]->name) + ":', got " +
              std::string(shape_of(node)));
}

template <class Each>
void Reader::each_key(const Node& map, const std::string& path, Each each) {
  std::map<std::string_view, int> lines;
  for (auto key = map.first_child(); key;) {
    const auto value = key->next();
    if (!value) break;
    if (!key->is_scalar()) {
      problem(key->mark(), path, "a key must be one word, got " + std::string(shape_of(*key)));
    } else if (const auto [first, is_new] = lines.emplace(key->text(), key->mark().line); is_new) {
      each(*key, *value);
    } else {
      problem(key->mark(), join(path, printable(key->text())),
              "given twice, first at line " + std::to_string(first->second));
    }
    key = value->next();
  }
}

void Reader::read_section(Element& section, const Node& node, const std::string& path) {
  if (node.is_null()) return;  // all of it commented out
  if (!node.is_map()) {
    problem(node.mark(), path, "expected a section with settings, got " + std::string(shape_of(node)));
    return;
  }
  each_key(node, path, [&](const Node& key, const Node& value) {
    Element* child = section.add_child ? section.add_child(std::string(key.text())) : section.find(key.text());
    if (child == nullptr) {
      return report(key.mark(), join(path, printable(key.text())), unknown_setting(root_, section, key.text()));
    }
    read_child(*child, key, value, join(path, printable(child->name)));
  });
}

void Reader::read_child(Element& child, const Node& key, const Node& value, const std::string& path) {
  child.is_given = !value.is_null();
  switch (child.kind) {
    case Element::Kind::section:
      return read_section(child, value, path);
    case Element::Kind::scalar:
      return read_scalar(child, value, path);
    case Element::Kind::scalars:
      return read_scalars(child, value, path);
    case Element::Kind::texts:
      return read_texts(child, value, path);
    case Element::Kind::objects:
      return read_objects(child, value, path);
    case Element::Kind::unused:
      findings_.warnings.push_back({file_, key.mark().line, key.mark().column, path, child.description});
  }
}

std::optional<std::string> Reader::text_of(const Element& element, const Node& node, const std::string& path) {
  if (!node.is_scalar()) {
    problem(node.mark(), path, "expected " + element.expected + ", got " + std::string(shape_of(node)));
    return std::nullopt;
  }
  Result<std::string> text = expand(node.text(), environment_);
  if (!text) {
    problem(node.mark(), path, text.error().message);
    return std::nullopt;
  }
  return *std::move(text);
}

void Reader::wrong_value(const Element& element, const Node& node, const std::string& path, const std::string& text) {
  // What a variable held is not shown: it may be a secret in the wrong place.
  const bool expanded = node.text() != text;
  std::string message = "'" + (element.secret ? "***" : printable(expanded ? node.text() : text)) + "'";
  if (expanded) message += " (after expansion)";
  message += ": expected " + element.expected;
  const bool shows_form = element.form.empty() || element.expected.contains(" such as ");
  if (!shows_form && !element.has_form(text)) message += ", written such as " + element.form;
  if (const auto near = suggest(text, element.words)) message += "; did you mean '" + *near + "'?";
  problem(node.mark(), path, std::move(message));
}

void Reader::read_scalar(Element& element, const Node& node, const std::string& path) {
  const auto text = text_of(element, node, path);
  if (text && !element.set(*text)) wrong_value(element, node, path, *text);
}

// "a, b" for [a, b].
void Reader::read_split(Element& element, const Node& node, const std::string& path) {
  const auto text = text_of(element, node, path);
  if (!text) return;
  element.clear();
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    item = item.substr(0, item.find_last_not_of(' ') + 1);
    if (!element.append(std::string(item))) return wrong_value(element, node, path, *text);
  }
  if (!element.holds()) wrong_value(element, node, path, *text);
}

void Reader::read_scalars(Element& element, const Node& node, const std::string& path) {
  if (node.is_scalar()) return read_split(element, node, path);
  if (!node.is_list()) {
    return problem(node.mark(), path, "expected " + element.expected + ", got " + std::string(shape_of(node)));
  }
  element.clear();
  const std::size_t before = findings_.problems.size();
  std::size_t index = 0;
  for (auto item = node.first_child(); item; item = item->next()) {
    const std::string item_path = indexed(path, index++);
    const auto text = text_of(element, *item, item_path);
    if (text && !element.append(*text)) wrong_value(element, *item, item_path, *text);
  }
  if (findings_.problems.size() == before && !element.holds()) {
    problem(node.mark(), path, "expected " + element.expected);
  }
}

void Reader::read_texts(Element& element, const Node& node, const std::string& path) {
  if (node.is_null()) return;
  if (!node.is_map()) {
    return problem(node.mark(), path, "expected " + element.expected + ", got " + std::string(shape_of(node)));
  }
  element.clear();
  each_key(node, path, [&](const Node& key, const Node& value) {
    const std::string item_path = join(path, printable(key.text()));
    if (auto text = text_of(element, value, item_path)) element.insert(std::string(key.text()), *std::move(text));
  });
}

void Reader::read_objects(Element& element, const Node& node, const std::string& path) {
  if (node.is_null()) return;
  if (!node.is_list()) {
    return problem(node.mark(), path,
                   "expected a list (lines that start with '- '), got " + std::string(shape_of(node)));
  }
  element.clear();
  std::size_t index = 0;
  for (auto item = node.first_child(); item; item = item->next()) {
    const auto described_item = element.append_object();
    read_section(*described_item, *item, indexed(path, index++));
  }
}

// The elements of lists are described anew: those of reading pointed into a vector that has grown since. One at a time,
// since a list may have 100,000 of them. An unknown key silences no validator: the values beside it are the file's.
void Reader::validate(Element& section, const std::string& path) {
  if (wrong_.is_wrong(path)) return;
  for (const auto& child : section.children) {
    const std::string child_path = join(path, printable(child->name));
    if (wrong_.is_wrong(child_path)) continue;
    if (child->kind == Element::Kind::section) validate(*child, child_path);
    if (child->kind != Element::Kind::objects) continue;
    for (std::size_t i = 0; i < child->object_count(); ++i) validate(*child->object(i), indexed(child_path, i));
  }
  SectionReport report(*this, path);
  for (const Validator& validator : section.validators) {
    const bool is_touched = validator.of.empty() ? wrong_.is_touched(path)
                                                 : std::ranges::any_of(validator.of, [&](const std::string& name) {
                                                     return wrong_.is_touched(join(path, name));
                                                   });
    if (!is_touched) validator.check(report);
  }
}

Findings Reader::finish() {
  const auto place = [](const Problem& found) { return std::tie(found.line, found.column, found.path); };
  std::ranges::sort(findings_.problems, {}, place);
  std::ranges::sort(findings_.warnings, {}, place);
  return std::move(findings_);
}

}  // namespace

Findings read_yaml(Element& root, std::string_view text, std::string_view file, const Environment& environment) {
  const YamlReading reading = read_yaml_tree(text);
  Reader reader(root, reading.tree, file, environment);
  if (const auto top = reading.tree.root(); top && !reading.fault) reader.read_document(root, *top);
  if (reading.second) reader.problem(*reading.second, "", "a second YAML document ('---'), expected one a file");
  if (reading.fault) reader.problem(reading.fault->mark, "", "not valid YAML: " + reading.fault->message);
  reader.validate(root, "");
  return reader.finish();
}

}  // namespace metricstream::config
