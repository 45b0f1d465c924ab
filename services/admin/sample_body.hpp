#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

namespace metricstream::admin {

// One sample as it is named on the command line: `send NAME VALUE --tag host=web-01 --type counter`.
struct NamedSample {
  std::string name;
  std::string value;              // as typed: it goes into the JSON digit by digit
  std::vector<std::string> tags;  // "key=value" each
  std::string type = "gauge";
  std::optional<std::string> timestamp;  // seconds, ms, us or ns since 1970, or RFC 3339; none: the server's time
};

// The body of POST /api/v1/metrics. Fails where an argument cannot be put into JSON, and says which; what the server
// allows is left to the server.
[[nodiscard]] Result<std::string> sample_body(const NamedSample& sample);

// "key=value" cut at the first '='.
[[nodiscard]] Result<std::pair<std::string, std::string>> parse_tag(std::string_view text);

// True for what JSON takes as a number: -1, 0.5, 1e9; not +1, 01, .5, NaN.
[[nodiscard]] bool is_json_number(std::string_view text);

}  // namespace metricstream::admin
