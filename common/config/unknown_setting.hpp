#pragma once

#include <string>
#include <string_view>

#include "common/config/schema.hpp"

namespace metricstream::config {

// The message for a key that `section` does not have: a near spelling, else the one place where a setting of that name
// is, else the keys that there are.
[[nodiscard]] std::string unknown_setting(const Element& root, const Element& section, std::string_view key);

}  // namespace metricstream::config
