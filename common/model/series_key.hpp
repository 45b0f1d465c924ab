#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace metricstream {

using TagView = std::pair<std::string_view, std::string_view>;

// Line protocol's escapes: a measurement escapes comma and space; tag keys and values also the equals sign.
// What cannot be written at all (control characters, trailing backslash) is refused by validation.
void append_escaped_measurement(std::string& out, std::string_view name);
void append_escaped_tag(std::string& out, std::string_view text);

// The canonical bytes of a series: NAME[,KEY=VALUE...], escaped, tags sorted by key. Injective: two series that differ
// have different keys, so it is what windows are grouped by, and InfluxDB sees exactly the same series.
void append_series_key(std::string& out, std::string_view name, std::span<const TagView> sorted_tags);

}  // namespace metricstream
