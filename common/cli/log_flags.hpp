#pragma once

#include <string>

#include "common/log/settings.hpp"

namespace CLI {
class App;
}

namespace metricstream {

// --log.level and --log.format, or METRICSTREAM_LOG_LEVEL and METRICSTREAM_LOG_FORMAT, of every program; they go over
// what its configuration says.
class LogFlags {
 public:
  // Must outlive the parsing. `note` stands in the help: what holds without the flags.
  void add_to(CLI::App& app, const std::string& note);
  void apply_to(LogSettings& settings) const;

 private:
  std::string level_;  // empty: not given
  std::string format_;
};

}  // namespace metricstream
