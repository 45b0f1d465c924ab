#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace metricstream {

// One blocking GET of an http:// URL over a plain socket; success only on status 200. The failure is one line for a
// person: who was asked and what came instead. For `healthcheck` sub-commands, so that images need no curl.
[[nodiscard]] Result<void> check_health(std::string_view url,
                                        std::chrono::milliseconds timeout = std::chrono::seconds{2});

// "http://HOST:PORT/-/healthy" for a listen address; an address that means every interface becomes loopback.
[[nodiscard]] std::string health_url(std::string_view listen);

}  // namespace metricstream
