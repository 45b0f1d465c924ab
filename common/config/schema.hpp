#pragma once

#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/config/value.hpp"

// A service's settings are plain structs with defaults, and one function that describes them. That description is
// used four times: to read a file, for `config default`, for `config show` and for docs/configuration.md.
//
//   struct IngestSettings {
//     std::string listen = "0.0.0.0:8080";
//     unsigned threads = 2;
//     TimeSettings time;
//     std::vector<Rule> rules;
//   };
//
//   void describe(config::Schema& schema, Rule& rule) {
//     schema.field("match", rule.match, "Glob over metric names.", config::not_empty());
//   }
//
//   void describe(config::Schema& schema, IngestSettings& settings) {
//     schema.section("http", "Where clients connect.");
//     schema.field("http.listen", settings.listen, "Address and port.", config::host_and_port());
//     schema.field("http.threads", settings.threads, "Threads that serve.", config::between(1, 256));
//     schema.section("time", settings.time, "Which timestamps are taken.");   // describe(Schema&, TimeSettings&)
//     schema.list("rules", settings.rules, "First match wins.");              // describe(Schema&, Rule&)
//     schema.validate([&settings](config::Report& report) {
//       if (settings.threads > settings.rules.size()) report.error("http.threads", "more threads than rules");
//     });
//   }
//
//   auto loaded = config::load<IngestSettings>(text, "ingest.yaml");          // load.hpp
namespace metricstream::config {

// What a validator says. Paths are relative to the struct that is described: "time.max_age", "windows[1].size".
class Report {
 public:
  virtual ~Report() = default;
  virtual void error(std::string_view path, std::string message) = 0;
  // Does not stop the service.
  virtual void warning(std::string_view path, std::string message) = 0;
};

// A check across the fields of a section; `of`: the names of those that it looks at, empty: any.
struct Validator {
  std::function<void(Report&)> check;
  std::vector<std::string> of;
};

// One node of a description. Only the passes of this folder read it; services use Schema.
struct Element {
  enum class Kind { section, scalar, scalars, texts, objects, unused };

  Kind kind = Kind::section;
  std::string name;
  std::string description;
  std::string expected;            // for messages and documents
  std::string form;                // examples of how it is written, where that is not plain
  std::vector<std::string> words;  // all allowed values, where they can be listed
  bool secret = false;
  bool is_given = false;                                        // by the file, with a value
  std::vector<std::unique_ptr<Element>> children;               // section, in the order of description
  std::vector<Validator> validators;                            // section: run after all of its values are read
  std::function<bool(const std::string&)> set;                  // scalar: false when the text is no such value
  std::function<std::optional<std::string>()> get;              // scalar: nothing when it has no value
  std::function<bool(const std::string&)> has_form;             // scalar with a form: whether the text has it
  std::function<bool(const std::string&)> append;               // scalars: false when the text is no such value
  std::function<void()> clear;                                  // scalars, texts, objects
  std::function<bool()> holds;                                  // scalars: the check over the whole list
  std::function<std::vector<std::string>()> all;                // scalars
  std::function<void(std::string, std::string)> insert;         // texts
  std::function<std::map<std::string, std::string>()> pairs;    // texts
  std::function<std::unique_ptr<Element>()> append_object;      // objects: describes a new last element of the list
  std::function<std::size_t()> object_count;                    // objects
  std::function<std::unique_ptr<Element>(std::size_t)> object;  // objects: describes one that is there
  std::function<std::unique_ptr<Element>()> example;            // objects: describes one with its defaults; reads only
  std::function<Element*(const std::string&)> add_child;        // section with free keys: an entry, new or not

  [[nodiscard]] Element* find(std::string_view child);
  [[nodiscard]] const Element* find(std::string_view child) const;
};

// Collects a description. The described object must outlive the pass that uses the schema. Not thread-safe.
class Schema {
 public:
  explicit Schema(Element& root) : root_(&root) {}

  // One setting. `path` may be dotted; sections in between come into being by themselves.
  template <class T>
  void field(std::string_view path, T& value, std::string_view description, std::type_identity_t<Check<T>> check = {});
  // A setting that may be absent; the default configuration shows it commented out.
  template <class T>
  void field(std::string_view path, std::optional<T>& value, std::string_view description,
             std::type_identity_t<Check<T>> check = {});
  // A list of scalars; in the file also one text with commas, so that it can come from an environment variable.
  template <class T>
  void field(std::string_view path, std::vector<T>& values, std::string_view description,
             std::type_identity_t<Check<std::vector<T>>> check = {});
  // A map with free keys.
  void field(std::string_view path, std::map<std::string, std::string>& values, std::string_view description);

  // What a section of dotted fields is for.
  void section(std::string_view path, std::string_view description);
  // A struct with a `describe(Schema&, S&)` of its own.
  template <class S>
  void section(std::string_view path, S& settings, std::string_view description);

  // A list of structs, each with `describe(Schema&, S&)`. A list in the file replaces the default as a whole.
  template <class S>
  void list(std::string_view path, std::vector<S>& values, std::string_view description);

  // A map with free keys of structs, each with `describe(Schema&, S&)`.
  template <class S>
  void map(std::string_view path, std::map<std::string, S>& values, std::string_view description);

  // Recognised, of any shape, without effect: a file that has it gets a warning with `why`.
  void unused(std::string_view path, std::string_view why);

  // A described section, list or map that a file must have, if only as an empty one; `expected` says so. Not inside of
  // lists.
  void require(std::string_view path, std::string expected);

  // No message shows a value of this setting: for those that somebody may paste a secret into by mistake.
  void hide(std::string_view path);

  // A check across fields, called once all of them are read and unless one of them is wrong: of all, or of those that
  // `of` names with what is below them.
  void validate(std::function<void(Report&)> check, std::vector<std::string> of = {});

 private:
  Element& at(std::string_view path);
  Element& make(std::string_view path, Element::Kind kind, std::string_view description);
  // Place: T, or std::optional<T>.
  template <class T, class Place>
  void scalar(std::string_view path, Place& place, std::string_view description, Check<T> check);

  Element* root_;
};

// The description of `settings` as a tree; `settings` must outlive it.
template <class S>
std::unique_ptr<Element> described(S& settings) {
  auto root = std::make_unique<Element>();
  Schema schema(*root);
  describe(schema, settings);
  return root;
}

template <class T>
std::vector<std::string> words_of() {
  if constexpr (requires { Value<T>::words(); }) {
    return Value<T>::words();
  } else {
    return {};
  }
}

template <class T, class Place>
void Schema::scalar(std::string_view path, Place& place, std::string_view description, Check<T> check) {
  Element& element = make(path, Element::Kind::scalar, description);
  element.expected = expected_phrase(Value<T>::expected(), check.expected);
  element.words = words_of<T>();
  element.secret = std::same_as<T, Secret>;
  element.set = [&place, holds = std::move(check.holds)](const std::string& text) {
    std::optional<T> parsed = Value<T>::parse(text);
    if (!parsed || (holds && !holds(*parsed))) return false;
    T& value = *parsed;
    place = std::move(value);
    return true;
  };
  element.get = [&place]() -> std::optional<std::string> {
    const std::optional<T> value = place;
    return value ? std::optional(Value<T>::format(*value)) : std::nullopt;
  };
  if constexpr (requires { Value<T>::form(); }) {
    element.form = Value<T>::form();
    element.has_form = [](const std::string& text) { return Value<T>::parse(text).has_value(); };
  }
}

template <class T>
void Schema::field(std::string_view path, T& value, std::string_view description,
                   std::type_identity_t<Check<T>> check) {
  scalar<T>(path, value, description, std::move(check));
}

template <class T>
void Schema::field(std::string_view path, std::optional<T>& value, std::string_view description,
                   std::type_identity_t<Check<T>> check) {
  scalar<T>(path, value, description, std::move(check));
}

template <class T>
void Schema::field(std::string_view path, std::vector<T>& values, std::string_view description,
                   std::type_identity_t<Check<std::vector<T>>> check) {
  Element& element = make(path, Element::Kind::scalars, description);
  element.expected = "a list" + check.expected + ", each " + Value<T>::expected();
  element.words = words_of<T>();
  element.secret = std::same_as<T, Secret>;
  element.clear = [&values] { values.clear(); };
  element.append = [&values](const std::string& text) {
    std::optional<T> parsed = Value<T>::parse(text);
    if (parsed) values.push_back(std::move(*parsed));
    return parsed.has_value();
  };
  element.holds = [&values, holds = std::move(check.holds)] { return !holds || holds(values); };
  element.all = [&values] {
    std::vector<std::string> out;
    for (const T& value : values) out.push_back(Value<T>::format(value));
    return out;
  };
}

template <class S>
void Schema::section(std::string_view path, S& settings, std::string_view description) {
  Schema nested(make(path, Element::Kind::section, description));
  describe(nested, settings);
}

template <class S>
void Schema::map(std::string_view path, std::map<std::string, S>& values, std::string_view description) {
  Element& element = make(path, Element::Kind::section, description);
  element.add_child = [&element, &values](const std::string& name) {
    const auto [entry, is_new] = values.try_emplace(name);
    Element* known = is_new ? nullptr : element.find(name);
    if (known != nullptr) return known;
    element.children.push_back(described(entry->second));
    element.children.back()->name = name;
    return element.children.back().get();
  };
  for (const auto& [name, value] : values) element.add_child(name);
}

template <class S>
void Schema::list(std::string_view path, std::vector<S>& values, std::string_view description) {
  Element& element = make(path, Element::Kind::objects, description);
  element.expected = "a list of sections";
  element.clear = [&values] { values.clear(); };
  element.append_object = [&values] { return described(values.emplace_back()); };
  element.object_count = [&values] { return values.size(); };
  element.object = [&values](std::size_t index) { return described(values[index]); };
  element.example = [] {
    static S defaults;  // only ever read, and kept for the element's callbacks
    return described(defaults);
  };
}

}  // namespace metricstream::config
