#include "common/base/backoff.hpp"

#include <algorithm>

namespace metricstream {

std::chrono::milliseconds Backoff::next(std::uint64_t random) {
  std::int64_t wait = first_.count();
  for (unsigned i = 0; i < attempt_ && wait < limit_.count(); ++i) wait *= 2;
  wait = std::min<std::int64_t>(wait, limit_.count());
  ++attempt_;
  const std::int64_t half = wait / 2;
  return std::chrono::milliseconds{half +
                                   static_cast<std::int64_t>(random % static_cast<std::uint64_t>(wait - half + 1))};
}

}  // namespace metricstream
