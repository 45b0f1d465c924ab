#pragma once

#include <optional>

namespace CLI {
class App;
}

namespace metricstream {

// Parses a program's command line. Nullopt: go on. Otherwise the program ends with that exit code, and what it had to
// say is said: --help or --version on standard output, on standard error which word was wrong and the one that was
// probably meant.
[[nodiscard]] std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv);

}  // namespace metricstream
