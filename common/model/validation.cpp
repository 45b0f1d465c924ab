#include "common/model/validation.hpp"

#include <algorithm>
#include <array>

namespace metricstream {
namespace {

enum ByteClass : std::uint8_t {
  kNameStart = 1,  // a-z A-Z _
  kNamePart = 2,   // the same, digits and . : / -
  kControl = 4,    // below 0x20, 0x7f
  kWord = 8,       // a-z 0-9 _: what NamePolicy::underscore leaves alone
};

constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const char c = static_cast<char>(i);
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_digit = c >= '0' && c <= '9';
    const bool is_start = is_lower || (c >= 'A' && c <= 'Z') || c == '_';
    unsigned value = 0;
    if (is_start) value |= kNameStart;
    if (is_start || is_digit || c == '.' || c == ':' || c == '/' || c == '-') value |= kNamePart;
    if (i < 0x20 || i == 0x7f) value |= kControl;
    if (is_lower || is_digit || c == '_') value |= kWord;
    classes[i] = static_cast<std::uint8_t>(value);
  }
  return classes;
}();

std::uint8_t class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }

bool has_control(std::string_view text) {
  unsigned found = 0;
  for (const char c : text) found |= class_of(c);
  return (found & kControl) != 0;
}

bool is_ascii_between(std::string_view text, char low, char high) {
  return std::ranges::all_of(text, [=](char c) { return c >= low && c <= high; });
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The fields of a window result (docs/http-api.md) and what the writer adds itself.
constexpr std::array<std::string_view, 12> kReservedKeys{"client_id", "time", "value", "count", "sum",    "min",
                                                         "max",       "avg",  "first", "last",  "stddev", "increase"};

constexpr std::string_view kNameRule = "must match [a-zA-Z_][a-zA-Z0-9_.:/-]*";
constexpr std::string_view kTextRule = "must not hold control characters or end in a backslash";
constexpr std::string_view kTagRule =
    "must not hold control characters, nor a backslash at the end or before a space, a comma or an equals sign";

// InfluxDB cuts a request into lines by rules that know no escaped backslash: behind `\\ ` it takes a later quote for
// the start of a text and swallows the newline, so that one client's tag would spoil other clients' lines (tried
// on 1.6).
bool has_misread_backslash(std::string_view text) {
  for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at + 1)) {
    if (at + 1 == text.size() || std::string_view{" ,="}.find(text[at + 1]) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::optional<Fault> check_name(std::string_view name, const BatchLimits& limits) {
  if (name.empty()) return Fault{Reason::invalid_name, "must not be empty"};
  if (name.size() > limits.name_bytes) return Fault{Reason::name_too_long, "is too long"};
  unsigned common = kNamePart;
  for (const char c : name) common &= class_of(c);
  if (common == 0 || (class_of(name.front()) & kNameStart) == 0) return Fault{Reason::invalid_name, kNameRule};
  return std::nullopt;
}

std::optional<Fault> check_tag_key(std::string_view key, const BatchLimits& limits) {
  if (key.empty()) return Fault{Reason::invalid_tag, "a tag key must not be empty"};
  if (key.size() > limits.tag_key_bytes) return Fault{Reason::tag_key_too_long, "the tag key is too long"};
  if (is_reserved_tag_key(key)) return Fault{Reason::reserved_tag, "this tag key is reserved"};
  if (has_control(key) || has_misread_backslash(key)) return Fault{Reason::invalid_tag, kTagRule};
  return std::nullopt;
}

std::optional<Fault> check_tag_value(std::string_view value, const BatchLimits& limits) {
  if (value.size() > limits.tag_value_bytes) return Fault{Reason::tag_value_too_long, "the tag value is too long"};
  if (has_control(value) || has_misread_backslash(value)) return Fault{Reason::invalid_tag, kTagRule};
  return std::nullopt;
}

std::optional<Fault> check_unit(std::string_view unit) {
  if (unit.size() > kUnitBytes) return Fault{Reason::invalid_unit, "must be at most 64 bytes long"};
  if (has_control(unit) || unit.ends_with('\\')) return Fault{Reason::invalid_unit, kTextRule};
  return std::nullopt;
}

bool is_reserved_tag_key(std::string_view key) {
  if (key.empty()) return false;
  if (key.front() == '_') return true;
  if (key.front() == 'p' && key.size() > 1) {
    if (is_ascii_between(key.substr(1), '0', '9')) return true;
  }
  return std::ranges::find(kReservedKeys, key) != kReservedKeys.end();
}

bool is_client_id(std::string_view id, const BatchLimits& limits) {
  return !id.empty() && id.size() <= limits.client_id_bytes && is_ascii_between(id, 0x21, 0x7e) && !id.contains('\\');
}

bool is_batch_key(std::string_view key, const BatchLimits& limits) {
  return !key.empty() && key.size() <= limits.batch_key_bytes && is_ascii_between(key, 0x20, 0x7e);
}

bool needs_normalizing(std::string_view name, NamePolicy policy) {
  switch (policy) {
    case NamePolicy::none:
      return false;
    case NamePolicy::lowercase:
      return std::ranges::any_of(name, [](char c) { return to_lower(c) != c; });
    case NamePolicy::underscore:
      return std::ranges::any_of(name, [](char c) { return (class_of(c) & kWord) == 0; });
  }
  return false;
}

void normalize_name(std::string_view name, NamePolicy policy, std::string& out) {
  out = name;
  if (policy == NamePolicy::none) return;
  for (char& c : out) {
    c = to_lower(c);
    if (policy == NamePolicy::underscore && (class_of(c) & kWord) == 0) c = '_';
  }
}

}  // namespace metricstream
