#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace metricstream::config {

// Where ${NAME} comes from. An empty function: nothing is expanded and a dollar is a dollar.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The process' own variables.
[[nodiscard]] Environment process_environment();

// Replaces ${VAR} (it must be set), ${VAR:-default} (also when empty), ${VAR:?message} (must be set and not empty) and
// $$ (one dollar). Any other $ stays, as does what comes out of a variable: nothing is expanded twice.
[[nodiscard]] Result<std::string> expand(std::string_view text, const Environment& environment);

}  // namespace metricstream::config
