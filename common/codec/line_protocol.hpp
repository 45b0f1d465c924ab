#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "common/model/record.hpp"
#include "common/model/series_key.hpp"

// InfluxDB's line protocol: SERIES FIELD=VALUE[,FIELD=VALUE...] TIMESTAMP\n, timestamps in ns.
namespace metricstream {

// A double is written as a float, an integer with the suffix `i`: a field's type is fixed by its first write, so a
// float that happens to be whole must stay one (`1`, without suffix, is a float).
struct LineField {
  std::string_view key;
  std::variant<double, std::int64_t> value;
};

// The tags of a point: the series' own, `client_id` and the record's attributes, sorted by key. A sample's own tag wins
// over an attribute, `client_id` over both; empty values are left out. Replaces `out`, which views the arguments.
void merge_point_tags(std::span<const TagView> own_sorted, std::string_view client_id,
                      std::span<const Attribute> attributes, std::vector<TagView>& out);

// The shortest decimal that reads back as the same double; `value` must be finite (line protocol has no other).
void append_float(std::string& out, double value);

// Appends one line. `series_key` is what append_series_key wrote (name and tags, escaped); fields must not be empty.
void append_point(std::string& out, std::string_view series_key, std::span<const LineField> fields, TimeNs time);

}  // namespace metricstream
