#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "common/base/suggestion.hpp"
#include "common/base/text.hpp"
#include "common/config/load.hpp"
#include "common/config/unknown_setting.hpp"

namespace metricstream::config {
namespace {

std::string join(std::string_view parent, std::string_view child) {
  std::string out(parent);
  if (!out.empty()) out += ".";
  return out += child;
}

std::string indexed(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

std::string_view shape_of(const YAML::Node& node) {
  if (node.IsMap()) return "a section";
  if (node.IsSequence()) return "a list";
  return node.IsScalar() ? "one value" : "nothing";
}

class Reader {
 public:
  Reader(const Element& root, std::string_view file, const Environment& environment)
      : root_(root), file_(file), environment_(environment) {}

  void read_document(Element& root, const YAML::Node& node);
  void problem(const YAML::Mark& mark, std::string_view path, std::string message) {
    findings_.problems.push_back({file_, mark.line + 1, mark.column + 1, std::string(path), std::move(message)});
  }
  void validate(Element& section, const std::string& path);
  [[nodiscard]] bool is_good() const { return findings_.problems.empty(); }
  [[nodiscard]] Findings finish();

 private:
  class SectionReport;

  void read_section(Element& section, const YAML::Node& node, const std::string& path);
  void read_child(Element& child, const YAML::Node& key, const YAML::Node& value, const std::string& path);
  void read_scalar(Element& element, const YAML::Node& node, const std::string& path);
  void read_scalars(Element& element, const YAML::Node& node, const std::string& path);
  void read_split(Element& element, const YAML::Node& node, const std::string& path);
  void read_texts(Element& element, const YAML::Node& node, const std::string& path);
  void read_objects(Element& element, const YAML::Node& node, const std::string& path);
  void wrong_value(const Element& element, const YAML::Node& node, const std::string& path, const std::string& text);
  std::optional<std::string> text_of(const Element& element, const YAML::Node& node, const std::string& path);
  template <class Each>
  void each_key(const YAML::Node& map, const std::string& path, Each each);
  Problem at(std::string_view path, std::string message) const;

  const Element& root_;
  std::string file_;
  const Environment& environment_;
  Findings findings_;
  std::map<std::string, YAML::Mark, std::less<>> marks_;  // where each path stands, for validators
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

// A path that is not in the file stands at its nearest parent that is.
Problem Reader::at(std::string_view path, std::string message) const {
  Problem out{file_, 0, 0, std::string(path), std::move(message)};
  for (std::string_view place = path; !place.empty();) {
    const auto found = marks_.find(place);
    if (found != marks_.end()) {
      out.line = found->second.line + 1;
      out.column = found->second.column + 1;
      break;
    }
    const std::size_t end = place.find_last_of(".[");
    place = place.substr(0, end == std::string_view::npos ? 0 : end);
  }
  return out;
}

void Reader::read_document(Element& root, const YAML::Node& node) {
  if (node.IsMap() || node.IsNull()) return read_section(root, node, "");
  problem(node.Mark(), "",
          "expected sections such as '" + (root.children.empty() ? "" : root.children[0]->name) + ":', got " +
              std::string(shape_of(node)));
}

template <class Each>
void Reader::each_key(const YAML::Node& map, const std::string& path, Each each) {
  std::map<std::string, int> lines;
  for (const auto& entry : map) {
    const YAML::Node& key = entry.first;
    if (!key.IsScalar()) {
      problem(key.Mark(), path, "a key must be one word, got " + std::string(shape_of(key)));
      continue;
    }
    const auto [first, is_new] = lines.emplace(key.Scalar(), key.Mark().line + 1);
    if (is_new) {
      each(key, entry.second);
    } else {
      problem(key.Mark(), join(path, printable(key.Scalar())),
              "given twice, first at line " + std::to_string(first->second));
    }
  }
}

void Reader::read_section(Element& section, const YAML::Node& node, const std::string& path) {
  if (node.IsNull()) return;  // all of it commented out
  if (!node.IsMap()) {
    problem(node.Mark(), path, "expected a section with settings, got " + std::string(shape_of(node)));
    return;
  }
  each_key(node, path, [&](const YAML::Node& key, const YAML::Node& value) {
    Element* child = section.add_child ? section.add_child(key.Scalar()) : section.find(key.Scalar());
    if (child == nullptr) {
      return problem(key.Mark(), join(path, printable(key.Scalar())), unknown_setting(root_, section, key.Scalar()));
    }
    read_child(*child, key, value, join(path, printable(child->name)));
  });
}

void Reader::read_child(Element& child, const YAML::Node& key, const YAML::Node& value, const std::string& path) {
  marks_[path] = value.IsScalar() ? value.Mark() : key.Mark();
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
      findings_.warnings.push_back({file_, key.Mark().line + 1, key.Mark().column + 1, path, child.description});
  }
}

std::optional<std::string> Reader::text_of(const Element& element, const YAML::Node& node, const std::string& path) {
  if (!node.IsScalar()) {
    problem(node.Mark(), path, "expected " + element.expected + ", got " + std::string(shape_of(node)));
    return std::nullopt;
  }
  Result<std::string> text = expand(node.Scalar(), environment_);
  if (!text) {
    problem(node.Mark(), path, text.error().message);
    return std::nullopt;
  }
  return *std::move(text);
}

void Reader::wrong_value(const Element& element, const YAML::Node& node, const std::string& path,
                         const std::string& text) {
  // What a variable held is not shown: it may be a secret in the wrong place.
  const bool expanded = node.Scalar() != text;
  std::string message = "'" + (element.secret ? "***" : printable(expanded ? node.Scalar() : text)) + "'";
  if (expanded) message += " (after expansion)";
  message += ": expected " + element.expected;
  const bool shows_form = element.form.empty() || element.expected.contains(" such as ");
  if (!shows_form && !element.has_form(text)) message += ", written such as " + element.form;
  if (const auto near = suggest(text, element.words)) message += "; did you mean '" + *near + "'?";
  problem(node.Mark(), path, std::move(message));
}

void Reader::read_scalar(Element& element, const YAML::Node& node, const std::string& path) {
  const auto text = text_of(element, node, path);
  if (text && !element.set(*text)) wrong_value(element, node, path, *text);
}

// "a, b" for [a, b].
void Reader::read_split(Element& element, const YAML::Node& node, const std::string& path) {
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

void Reader::read_scalars(Element& element, const YAML::Node& node, const std::string& path) {
  if (node.IsScalar()) return read_split(element, node, path);
  if (!node.IsSequence()) {
    return problem(node.Mark(), path, "expected " + element.expected + ", got " + std::string(shape_of(node)));
  }
  element.clear();
  const std::size_t before = findings_.problems.size();
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string item_path = indexed(path, i);
    marks_[item_path] = node[i].Mark();
    const auto text = text_of(element, node[i], item_path);
    if (text && !element.append(*text)) wrong_value(element, node[i], item_path, *text);
  }
  if (findings_.problems.size() == before && !element.holds()) {
    problem(node.Mark(), path, "expected " + element.expected);
  }
}

void Reader::read_texts(Element& element, const YAML::Node& node, const std::string& path) {
  if (node.IsNull()) return;
  if (!node.IsMap()) {
    return problem(node.Mark(), path, "expected " + element.expected + ", got " + std::string(shape_of(node)));
  }
  element.clear();
  each_key(node, path, [&](const YAML::Node& key, const YAML::Node& value) {
    const std::string item_path = join(path, printable(key.Scalar()));
    marks_[item_path] = value.Mark();
    if (auto text = text_of(element, value, item_path)) element.insert(key.Scalar(), *std::move(text));
  });
}

void Reader::read_objects(Element& element, const YAML::Node& node, const std::string& path) {
  if (node.IsNull()) return;
  if (!node.IsSequence()) {
    return problem(node.Mark(), path,
                   "expected a list (lines that start with '- '), got " + std::string(shape_of(node)));
  }
  element.clear();
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string item_path = indexed(path, i);
    marks_[item_path] = node[i].Mark();
    const auto described_item = element.append_object();
    read_section(*described_item, node[i], item_path);
  }
}

// The elements of lists are described anew: those of reading pointed into a vector that has grown since.
void Reader::validate(Element& section, const std::string& path) {
  for (const auto& child : section.children) {
    const std::string child_path = join(path, child->name);
    if (child->kind == Element::Kind::section) validate(*child, child_path);
    if (child->kind != Element::Kind::objects) continue;
    const auto items = child->objects();
    for (std::size_t i = 0; i < items.size(); ++i) validate(*items[i], indexed(child_path, i));
  }
  SectionReport report(*this, path);
  for (const auto& validator : section.validators) validator(report);
}

Findings Reader::finish() {
  const auto place = [](const Problem& found) { return std::tie(found.line, found.column, found.path); };
  std::ranges::sort(findings_.problems, {}, place);
  std::ranges::sort(findings_.warnings, {}, place);
  return std::move(findings_);
}

}  // namespace

Findings read_yaml(Element& root, std::string_view text, std::string_view file, const Environment& environment) {
  Reader reader(root, file, environment);
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (!documents.empty()) reader.read_document(root, documents.front());
    if (documents.size() > 1) {
      reader.problem(documents[1].Mark(), "", "a second YAML document ('---'), expected one a file");
    }
  } catch (const YAML::Exception& error) {
    reader.problem(error.mark, "", "not valid YAML: " + error.msg);
  }
  if (reader.is_good()) reader.validate(root, "");
  return reader.finish();
}

}  // namespace metricstream::config
