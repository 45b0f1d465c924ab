#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/config/load.hpp"

namespace metricstream {

// A configuration as it was read, and what messages call it.
struct ConfigurationText {
  std::string name;
  std::string text;
};

// Where a program finds its configuration: in the file that the command line names, else in the program's own where
// that exists, else in nothing, that is the built-in defaults.
struct ConfigurationPlace {
  std::string named;  // by --config.file; may be empty
  std::string usual;
};

// The message begins with the file's name. Blocks; a pipe until its writer is done.
[[nodiscard]] Result<ConfigurationText> read_configuration(const ConfigurationPlace& place);

// Onto standard error, warnings first.
void print_findings(const config::Findings& findings);

// `check config FILE...`: says of each file what is wrong, or that it is ok; without files of the configuration at
// `place`. Returns an ExitCode: 1 where something is wrong.
[[nodiscard]] int check_configurations(const std::vector<std::string>& files, const ConfigurationPlace& place,
                                       const std::function<config::Findings(const ConfigurationText&)>& judge);

}  // namespace metricstream
