#pragma once

#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "services/agent/sample.hpp"

namespace metricstream::agent {

// When a round of collection happened: the wall clock stamps samples, the steady one measures rates, since the wall
// clock can be set back.
struct CollectionTime {
  TimeNs wall = 0;
  TimeNs steady = 0;
};

// Measures one thing about the machine. Rates and percentages over an interval need two rounds: the first one gives
// only what a single reading can tell. Called from one thread.
class Collector {
 public:
  virtual ~Collector() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;

  // Appends this round's samples. After a failure nothing was appended, and the next round starts afresh.
  [[nodiscard]] virtual Result<void> collect(CollectionTime now, Samples& out) = 0;
};

}  // namespace metricstream::agent
