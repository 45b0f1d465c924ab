#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/result.hpp"

// The answers of InfluxDB's management and query interfaces, read exactly (numbers from their text).
namespace metricstream {

// null, a boolean, an integer, a float, a text. JSON does not tell a float field that happens to be whole from an
// integer field, so such a value is an integer here; times (with epoch=ns) always are.
using InfluxValue = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

// An integer or a float; else none.
[[nodiscard]] std::optional<double> as_number(const InfluxValue& value);

struct InfluxSeries {
  std::string name;  // the measurement
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::string> columns;
  std::vector<std::vector<InfluxValue>> rows;  // one value a column each

  // Index of a column, or columns.size().
  [[nodiscard]] std::size_t column(std::string_view column_name) const;
};

// An answer of /query: the series of all its statements. InfluxDB's own error, also one beside results, is a failure
// in its words; so is an answer of another shape.
[[nodiscard]] Result<std::vector<InfluxSeries>> parse_influx_query(std::string_view json);

struct InfluxBucket {
  std::string id;
  std::string org_id;
  std::string name;
  std::int64_t retention_seconds = 0;  // 0: for ever
  std::int64_t shard_seconds = 0;      // 0: not told
};

// GET /api/v2/buckets
[[nodiscard]] Result<std::vector<InfluxBucket>> parse_influx_buckets(std::string_view json);
// GET /api/v2/orgs?org=NAME
[[nodiscard]] Result<std::string> parse_influx_org_id(std::string_view json);

// The words of {"error": "..."} (1.x) or {"code": "...", "message": "..."} (2.x), else the text itself, printable.
[[nodiscard]] std::string influx_error_text(std::string_view body);

}  // namespace metricstream
