#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "services/aggregator/fold/fold_settings.hpp"
#include "tests/unit/aggregator/support/log.hpp"

// What the contract (docs/guarantees.md) says that a log must lead to, computed the slow and obvious way: everything is
// remembered for ever, nothing is incremental, and no code is shared with the fold.
namespace metricstream::fold::test {

struct PointName {
  TimeNs size = 0;  // 0: raw
  TimeNs time = 0;  // start of the window
  std::string series;
  auto operator<=>(const PointName&) const = default;
};

using FieldMap = std::map<std::string, double>;  // raw: `value`
using Contents = std::map<PointName, FieldMap>;

struct Truth {
  Contents points;
  std::uint64_t samples = 0;
  std::uint64_t counted = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t replaced = 0;
  std::uint64_t dropped = 0;
  // Of the samples counted: the offset of the record and the time of the sample; ascending by offset.
  std::vector<std::pair<std::size_t, TimeNs>> inserted;
};

[[nodiscard]] Truth truth_of(std::span<const LoggedRecord> log, const FoldSettings& settings);

// Empty when equal (`stddev` up to rounding, all else exactly); otherwise the first differences, for a person.
[[nodiscard]] std::string difference(const Contents& expected, const Contents& actual);

// The naive statistics, also for tests of compute_fields(): values in the order (time, series, value).
[[nodiscard]] double naive_field(const std::string& name, std::span<const double> values);

}  // namespace metricstream::fold::test
