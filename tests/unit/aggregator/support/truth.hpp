#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "services/aggregator/fold/fold_settings.hpp"
#include "tests/unit/aggregator/support/contents.hpp"
#include "tests/unit/aggregator/support/log.hpp"

// What the contract (docs/guarantees.md) says that a log must lead to, computed the slow and obvious way: everything is
// remembered for ever, nothing is incremental, and no code is shared with the fold.
namespace metricstream::fold::test {

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

// The naive statistics, also for tests of compute_fields(): values in the order (time, series, value).
[[nodiscard]] double naive_field(const std::string& name, std::span<const double> values);

}  // namespace metricstream::fold::test
