#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/codec/influx_json.hpp"
#include "services/admin/table.hpp"

namespace metricstream::admin {

// What `query` asks for.
struct ReadBack {
  std::string metric;
  std::chrono::nanoseconds last = std::chrono::minutes{10};
  std::vector<std::pair<std::string, std::string>> tags;  // all of them equal
  bool single_measurement = false;                        // the sink's `schema: single`
};

// The InfluxQL for it: every field, the newest `last` by InfluxDB's clock, a series for each set of tags.
[[nodiscard]] std::string select_statement(const ReadBack& wanted);

// Time, the tags that any series has, then the fields; a row a point, series after series. Values with three decimals,
// or `exact` with all digits.
[[nodiscard]] Table table_of(const std::vector<InfluxSeries>& series, bool exact);

}  // namespace metricstream::admin
