#pragma once

#include <cstdint>

#include "services/aggregator/fold/fold_settings.hpp"
#include "tests/unit/aggregator/support/log.hpp"

namespace metricstream::fold::test {

struct ScenarioOptions {
  TimeNs active = 200 * kSecond;  // how long clients make samples
  bool very_late = false;         // many samples come shortly before they are too old, so that old results change
  TimeNs repeat_window = 45 * kSecond;
  TimeNs predecessor_window = 25 * kSecond;
};

// A partition's log as a few clients, ingest hosts and brokers with imperfect clocks would fill it, inside the limits
// that the guarantees assume: repeats, partial repeats, readings in new batches, corrections, late and early samples,
// samples without a timestamp, batches without a key. The last records are ticks until everything can be closed.
// Times are scaled: blocks of 20 s, samples up to 120 s late.
struct Scenario {
  FoldSettings settings;
  Log log;
};

[[nodiscard]] FoldSettings scaled_settings(const ScenarioOptions& options = {});
[[nodiscard]] Scenario make_scenario(std::uint64_t seed, const ScenarioOptions& options = {});

}  // namespace metricstream::fold::test
