#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace metricstream::http {

// The Date field's text (RFC 9110, IMF-fixdate) of a Unix time.
[[nodiscard]] std::string http_date(std::time_t seconds);

// The same of now, formatted once a second and thread.
[[nodiscard]] std::string_view http_date_now();

}  // namespace metricstream::http
