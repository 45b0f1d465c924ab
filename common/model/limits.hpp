#pragma once

#include <cstddef>
#include <cstdint>

#include "common/base/clock.hpp"

namespace metricstream {

// Bounds of one batch; the defaults are those of docs/http-api.md. A sample at a limit is accepted, one past it
// refused.
struct BatchLimits {
  std::size_t samples = 1000;  // after expansion of fields{}
  std::size_t depth = 8;
  std::size_t name_bytes = 128;
  std::size_t tags = 20;
  std::size_t tag_key_bytes = 64;
  std::size_t tag_value_bytes = 256;
  std::size_t client_id_bytes = 128;
  std::size_t batch_key_bytes = 128;
};

enum class FuturePolicy : std::uint8_t { adjust, reject };

// Which timestamps are accepted, seen from the acceptance time.
struct TimePolicy {
  TimeNs max_age = 75 * kMinute;
  TimeNs max_future = 60 * kSecond;
  FuturePolicy future = FuturePolicy::adjust;
};

}  // namespace metricstream
