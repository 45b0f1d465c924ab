#pragma once

#include <string_view>

namespace metricstream::http {

// "host", "host:port" or "[v6 address]:port" as the field Host has it. Strict: letters, digits and -._~ in a name, no
// user information, no list, no empty host. Pure.
[[nodiscard]] bool is_authority(std::string_view text);

// True when both name the same server, compared without case; `default_port` (":80") may be left out.
[[nodiscard]] bool same_authority(std::string_view a, std::string_view b, std::string_view default_port);

}  // namespace metricstream::http
