#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace metricstream {

// Why a sample was refused, or (adjusted_future) changed. A fixed set: it is also a label of our own metrics.
enum class Reason : std::uint8_t {
  too_old,
  too_new,
  adjusted_future,
  invalid_timestamp,
  missing_name,
  invalid_name,
  name_too_long,
  missing_value,
  invalid_value,
  value_out_of_range,
  unknown_type,
  invalid_unit,
  too_many_tags,
  invalid_tag,
  reserved_tag,
  tag_key_too_long,
  tag_value_too_long,
};
constexpr std::size_t kReasonCount = 17;

[[nodiscard]] constexpr std::string_view to_string(Reason reason) {
  constexpr std::array<std::string_view, kReasonCount> names{
      "too_old",       "too_new",       "adjusted_future", "invalid_timestamp",  "missing_name",      "invalid_name",
      "name_too_long", "missing_value", "invalid_value",   "value_out_of_range", "unknown_type",      "invalid_unit",
      "too_many_tags", "invalid_tag",   "reserved_tag",    "tag_key_too_long",   "tag_value_too_long"};
  return names[static_cast<std::size_t>(reason)];
}

// One refused or adjusted sample, as it is listed in the answer.
struct Rejection {
  std::uint32_t index;  // position in the request, after expansion
  Reason reason;
  std::string field;   // the member at fault: "timestamp", "tags.host"
  std::string detail;  // what was wrong and what would be right, for a person
};

}  // namespace metricstream
