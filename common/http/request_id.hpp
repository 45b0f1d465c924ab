#pragma once

#include <string>
#include <string_view>

namespace metricstream::http {

// A client's X-Request-Id is used when it is 1 to 128 bytes of visible ASCII without quotes or backslash.
[[nodiscard]] bool is_usable_request_id(std::string_view text);
// 16 random hexadecimal digits; not a secret.
void make_request_id(std::string& out);
// "00-<32 hex>-<16 hex>-<2 hex>", lower case (W3C Trace Context, version 00).
[[nodiscard]] bool is_traceparent(std::string_view text);

}  // namespace metricstream::http
