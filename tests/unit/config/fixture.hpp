#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "common/config/load.hpp"
#include "common/config/reference.hpp"

// A service's settings in small, with every kind of setting.
namespace metricstream::config::test {

enum class Mode { none, keys };

constexpr auto enum_names(Mode) { return std::to_array<EnumName<Mode>>({{"none", Mode::none}, {"keys", Mode::keys}}); }

struct Rule {
  std::string match = "*";
  std::vector<std::chrono::seconds> sizes;
  bool raw = true;
};

inline void describe(Schema& schema, Rule& rule) {
  schema.field("match", rule.match, "Glob over names.", not_empty());
  schema.field("sizes", rule.sizes, "Window sizes.");
  schema.field("raw", rule.raw, "Raw points too.");
  schema.validate([&rule](Report& report) {
    if (!rule.raw && rule.sizes.empty()) report.error("sizes", "expected a size, since raw is off");
  });
}

struct Store {
  std::string url = "http://127.0.0.1:8086";
  Secret token;
  std::optional<std::string> user;
};

inline void describe(Schema& schema, Store& store) {
  schema.field("url", store.url, "Where it is.", http_url());
  schema.field("token", store.token, "Its token.");
  schema.field("user", store.user, "Its user.");
}

struct Settings {
  std::string listen = "0.0.0.0:8080";
  unsigned threads = 2;
  double ratio = 0.5;
  bool open = false;
  Mode mode = Mode::none;
  std::chrono::milliseconds timeout{10'000};
  ByteSize body{1 << 20};
  ByteSize head{8 << 10};
  std::vector<std::string> brokers{"a:1", "b:2"};
  std::map<std::string, std::string> attributes;
  std::vector<Rule> rules;
  Store store;
};

inline void describe(Schema& schema, Settings& settings) {
  schema.section("http", "Where clients connect.");
  schema.field("http.listen", settings.listen, "Address.", host_and_port());
  schema.field("http.threads", settings.threads, "Threads.", between(1, 256));
  schema.field("http.timeouts.request", settings.timeout, "Whole request.",
               between(std::chrono::milliseconds(1), std::chrono::hours(1)));
  schema.field("http.limits.body", settings.body, "Largest body.");
  schema.field("http.limits.head", settings.head, "Largest head.", between(ByteSize{1 << 10}, ByteSize{16 << 10}));
  schema.field("ratio", settings.ratio, "A share.", between(0, 1));
  schema.field("open", settings.open, "Whether.");
  schema.field("auth.mode", settings.mode, "Who may.");
  schema.field("brokers", settings.brokers, "First brokers.", not_empty());
  schema.field("attributes", settings.attributes, "Enrichment.");
  schema.list("rules", settings.rules, "First match wins.");
  schema.section("store", settings.store, "The store.");
  schema.unused("legacy", "not built yet");
  schema.validate([&settings](Report& report) {
    if (settings.threads > 8 && settings.mode == Mode::none) report.error("http.threads", "too many for mode none");
    if (settings.open) report.warning("open", "open to everybody");
    for (std::size_t i = 0; i < settings.rules.size(); ++i) {
      if (settings.rules[i].match == "bad") report.error("rules[" + std::to_string(i) + "].match", "never matches");
    }
  });
}

inline Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

inline Loaded<Settings> load_settings(std::string_view text, std::map<std::string, std::string> variables = {}) {
  return load<Settings>(text, "f.yaml", environment(std::move(variables)));
}

inline std::string problems_of(std::string_view text, std::map<std::string, std::string> variables = {}) {
  return text_of(load_settings(text, std::move(variables)).problems);
}

}  // namespace metricstream::config::test
