#include "common/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/suggestion.hpp"
#include "common/cli/exit_code.hpp"

namespace metricstream {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) { return app.get_subcommands(nullptr); }

std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

// The command that the words lead to, and its names from the program's on.
std::pair<const CLI::App*, std::string> reached(const CLI::App& app, std::span<const char* const> words) {
  const CLI::App* at = &app;
  std::string names = app.get_name();
  for (const std::string_view word : words) {
    const auto below = commands_of(*at);
    const auto next = std::ranges::find(below, word, [](const CLI::App* command) { return command->get_name(); });
    if (next == below.end()) continue;
    at = *next;
    names += " " + at->get_name();
  }
  return {at, names};
}

// Those of `app` and of all above it, which may be given behind a sub-command as well.
std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      if (!option->get_lnames().empty()) names.push_back("--" + option->get_lnames().front());
    }
  }
  return names;
}

std::string one_of(const std::vector<std::string>& commands) {
  std::string out = "expected one of ";
  for (const std::string& name : commands) out += (name == commands.front() ? "" : ", ") + name;
  return out;
}

std::string about_option(const std::string& word, const CLI::App& at) {
  const std::string name = word.substr(0, word.find('='));
  const auto near = suggest(name, options_of(at));
  return "unknown option " + name + (near ? "; did you mean " + *near + "?" : "");
}

std::string about_word(const std::string& word, const CLI::App& at) {
  const std::vector<std::string> commands = names_of(commands_of(at));
  if (commands.empty()) return "unexpected argument '" + word + "'";
  const auto near = suggest(word, commands);
  return "unknown command '" + word + "'" + (near ? "; did you mean '" + *near + "'?" : ", " + one_of(commands));
}

// Empty where CLI11 says it better: a value that an option does not take, an option that is missing.
std::string complaint(const CLI::App& app, std::span<const char* const> words) {
  const std::vector<std::string> unknown = app.remaining(true);
  const auto wrong = unknown.empty() ? words.end() : std::ranges::find(words, unknown.front(), [](const char* word) {
    return std::string_view(word);
  });
  const auto& [at, names] = reached(app, {words.begin(), wrong});
  if (!unknown.empty()) {
    return names + ": " + (unknown.front().starts_with('-') ? about_option : about_word)(unknown.front(), *at);
  }
  const bool lacks_command = at->get_require_subcommand_min() > 0;
  return lacks_command ? names + ": " + one_of(names_of(commands_of(*at))) : std::string();
}

}  // namespace

std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    const std::string said = complaint(app, std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
    if (said.empty()) {
      (void)app.exit(error);
    } else {
      std::cerr << said << "\nRun with --help for more information.\n";
    }
    return kExitUsage;
  }
}

}  // namespace metricstream
