#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/text.hpp"
#include "common/config/reference.hpp"

namespace metricstream::config {
namespace {

constexpr std::size_t kWidth = 110;

using Lines = std::vector<std::string>;

bool is_plain(std::string_view text) {
  constexpr std::string_view first = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/.";
  constexpr std::string_view rest = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/.:@%+=*-";
  if (text.empty() || text == "null" || text == "Null" || text == "NULL") return false;
  const bool negative = text.size() > 1 && text[0] == '-' && text[1] >= '0' && text[1] <= '9';
  return (first.contains(text.front()) || negative) && text.find_first_not_of(rest) == std::string_view::npos &&
         text.back() != ':';
}

std::string quoted(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out = "\"";
  append_json_escaped(out, text);
  return out + "\"";
}

// A value that reads back as `text`: a dollar is doubled, since reading expands values (not keys).
std::string scalar(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled.append(c == '$' ? 2 : 1, c);
  return quoted(doubled);
}

// http://user:password@host prints as http://user:***@host.
std::string without_password(const std::string& text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string::npos) return text;
  const std::size_t start = scheme + 3;
  const std::size_t end = std::min(text.find_first_of("/?#", start), text.size());
  const std::size_t at = text.rfind('@', end);
  const std::size_t colon = text.find(':', start);
  if (at == std::string::npos || at < start || colon == std::string::npos || colon > at) return text;
  return text.substr(0, colon + 1) + "***" + text.substr(at);
}

bool names_a_secret(std::string_view key) {
  std::string lower(key);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::string_view words[] = {"password", "secret",     "token",        "key.pem",
                                        "jaas",     "credential", "authorization"};
  return std::ranges::any_of(words, [&](std::string_view word) { return lower.contains(word); });
}

class Writer {
 public:
  explicit Writer(bool annotated) : annotated_(annotated) {}
  [[nodiscard]] Lines section(const Element& element, std::size_t indent) const;

 private:
  void comment(Lines& out, std::string_view text, std::size_t indent) const;
  void field(Lines& out, const Element& element, std::size_t indent) const;
  void child(Lines& out, const Element& element, std::size_t indent) const;
  void texts(Lines& out, const Element& element, std::size_t indent) const;
  void objects(Lines& out, const Element& element, std::size_t indent) const;
  [[nodiscard]] Lines item(const Element& element, std::size_t indent) const;

  bool annotated_;
};

void append(Lines& out, Lines more) {
  out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string described_field(const Element& element) {
  std::string out = element.description;
  const bool says_nothing = element.expected == "text" || element.expected == "a secret" || element.expected.empty();
  if (!says_nothing) out += " (" + element.expected + ")";
  return out;
}

void Writer::comment(Lines& out, std::string_view text, std::size_t indent) const {
  if (!annotated_) return;
  const std::string start = std::string(indent, ' ') + "# ";
  while (!text.empty()) {
    std::size_t cut = text.size();
    if (start.size() + cut > kWidth) {
      cut = text.rfind(' ', kWidth - start.size());
      if (cut == std::string_view::npos || cut == 0) cut = std::min(text.find(' '), text.size());
    }
    out.push_back(start + std::string(text.substr(0, cut)));
    text.remove_prefix(std::min(cut + 1, text.size()));
  }
}

// One item of a list: its lines two deeper, with the dash before its first setting.
Lines Writer::item(const Element& element, std::size_t indent) const {
  Lines out = section(element, indent + 2);
  const auto first = std::ranges::find_if(out, [](const std::string& line) {
    const std::size_t start = line.find_first_not_of(' ');
    return start != std::string::npos && line[start] != '#';
  });
  if (first != out.end()) {
    first->replace(indent, 2, "- ");
  } else {
    out.push_back(std::string(indent, ' ') + "- {}");
  }
  return out;
}

void Writer::objects(Lines& out, const Element& element, std::size_t indent) const {
  const std::string margin(indent, ' ');
  const std::size_t count = element.object_count();
  if (count == 0) {
    out.push_back(margin + element.name + ": []");
    if (!annotated_) return;
    Lines example{element.name + ":"};
    append(example, item(*element.example(), 2));
    for (const std::string& line : example) out.push_back(margin + "# " + line);
    return;
  }
  out.push_back(margin + element.name + ":");
  for (std::size_t i = 0; i < count; ++i) {
    append(out, Writer(annotated_ && i == 0).item(*element.object(i), indent + 2));
  }
}

void Writer::texts(Lines& out, const Element& element, std::size_t indent) const {
  const std::string margin(indent, ' ');
  const auto pairs = element.pairs();
  out.push_back(margin + element.name + (pairs.empty() ? ": {}" : ":"));
  for (const auto& [key, value] : pairs) {
    out.push_back(margin + "  " + quoted(key) + ": " + scalar(names_a_secret(key) ? "***" : without_password(value)));
  }
}

void Writer::field(Lines& out, const Element& element, std::size_t indent) const {
  comment(out, described_field(element), indent);
  const std::string margin(indent, ' ');
  if (element.kind == Element::Kind::scalar) {
    const auto value = element.get();
    if (value) out.push_back(margin + element.name + ": " + scalar(without_password(*value)));
    if (!value && annotated_) out.push_back(margin + "# " + element.name + ":");
    return;
  }
  std::string line = margin + element.name + ": [";
  const auto values = element.all();
  for (std::size_t i = 0; i < values.size(); ++i) line += (i == 0 ? "" : ", ") + scalar(without_password(values[i]));
  out.push_back(line + "]");
}

void Writer::child(Lines& out, const Element& element, std::size_t indent) const {
  const std::string margin(indent, ' ');
  switch (element.kind) {
    case Element::Kind::scalar:
    case Element::Kind::scalars:
      return field(out, element, indent);
    case Element::Kind::texts:
      comment(out, element.description, indent);
      return texts(out, element, indent);
    case Element::Kind::objects:
      comment(out, element.description, indent);
      return objects(out, element, indent);
    case Element::Kind::unused:
      return;
    case Element::Kind::section:
      break;
  }
  Lines inner = section(element, indent + 2);
  if (inner.empty()) return;
  comment(out, element.description, indent);
  const bool only_comments =
      std::ranges::all_of(inner, [](const std::string& line) { return line.find_first_not_of(' ') == line.find('#'); });
  out.push_back(margin + element.name + (only_comments ? ": {}" : ":"));
  append(out, std::move(inner));
}

Lines Writer::section(const Element& element, std::size_t indent) const {
  Lines out;
  for (const auto& next : element.children) {
    if (annotated_ && indent == 0 && !out.empty()) out.emplace_back();
    child(out, *next, indent);
  }
  return out;
}

}  // namespace

std::string write_yaml(const Element& root, Annotation annotation) {
  std::string out;
  for (const std::string& line : Writer(annotation == Annotation::comments).section(root, 0)) out += line + "\n";
  return out;
}

}  // namespace metricstream::config
