#pragma once

#include <string_view>

namespace metricstream {

// Shell-like match of the whole text: * is any run of characters, ? one character, everything else itself.
// Linear space, at most |pattern| x |text| steps.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace metricstream
