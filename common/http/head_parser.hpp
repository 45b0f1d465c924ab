#pragma once

#include <cstddef>
#include <expected>
#include <string_view>

#include "common/http/request.hpp"
#include "common/http/response.hpp"

namespace metricstream::http {

struct HeadLimits {
  std::size_t bytes = 8 * 1024;
  std::size_t fields = 64;
  std::size_t target_bytes = 1024;
};

// Finds one request header at the front of `bytes`. Returns its length, 0 when more bytes are needed, or the refusal,
// which closes the connection. `searched` remembers how far an earlier call has looked, so that a header that comes
// byte by byte is not scanned again and again; start it with 0.
[[nodiscard]] std::expected<std::size_t, Response> find_head(std::string_view bytes, const HeadLimits& limits,
                                                             std::size_t& searched);

// Takes the header that find_head() found apart: `header` is all of it with the empty line. Fills `head` (cleared
// before), whose views point into `header`, framing decided. A refusal closes the connection.
[[nodiscard]] std::expected<void, Response> parse_head(std::string_view header, const HeadLimits& limits,
                                                       RequestHead& head);

}  // namespace metricstream::http
