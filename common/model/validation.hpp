#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/model/limits.hpp"
#include "common/model/rejection.hpp"

// What a name, a tag, a unit, a client id and a batch key may be. Pure functions of bytes; the reasons behind the rules
// (what InfluxDB drops or merges silently) are in docs/http-api.md.
namespace metricstream {

// What is done to metric names before they are checked.
enum class NamePolicy : std::uint8_t {
  none,        // bytes untouched
  lowercase,   // ASCII letters become lower case
  underscore,  // lower case, and every byte other than a-z 0-9 _ becomes _
};

// A broken rule. `rule` says what would be right, in words for a person, and lives as long as the program.
struct Fault {
  Reason reason;
  std::string_view rule;
};

// Names: [a-zA-Z_][a-zA-Z0-9_.:/-]*, 1 to limits.name_bytes bytes.
[[nodiscard]] std::optional<Fault> check_name(std::string_view name, const BatchLimits& limits);

// Tag keys: 1 to limits.tag_key_bytes bytes, no control byte (< 0x20, 0x7f), no backslash at the end or directly before
// a space, a comma or an equals sign (InfluxDB misreads those), not reserved.
[[nodiscard]] std::optional<Fault> check_tag_key(std::string_view key, const BatchLimits& limits);

// Tag values: up to limits.tag_value_bytes bytes, the same rules for bytes and backslashes. An empty value is valid and
// means that the tag is absent.
[[nodiscard]] std::optional<Fault> check_tag_value(std::string_view value, const BatchLimits& limits);

// Units are words for people ("bytes", "ms"): up to kUnitBytes bytes, no control byte, no backslash at the end; empty
// means none.
constexpr std::size_t kUnitBytes = 64;
[[nodiscard]] std::optional<Fault> check_unit(std::string_view unit);

// Keys that would collide with what is written beside a sample's tags: client_id, time, a leading underscore, every
// field name of a window result, p followed by digits.
[[nodiscard]] bool is_reserved_tag_key(std::string_view key);

// [\x21-\x7e]{1,limits.client_id_bytes} without backslash.
[[nodiscard]] bool is_client_id(std::string_view id, const BatchLimits& limits);

// 1 to limits.batch_key_bytes bytes of printable ASCII (0x20 to 0x7e).
[[nodiscard]] bool is_batch_key(std::string_view key, const BatchLimits& limits);

// True where normalize_name would change something.
[[nodiscard]] bool needs_normalizing(std::string_view name, NamePolicy policy);
// Replaces `out` by the name that `policy` makes of `name`; of the same length.
void normalize_name(std::string_view name, NamePolicy policy, std::string& out);

}  // namespace metricstream
