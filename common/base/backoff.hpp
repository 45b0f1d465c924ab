#pragma once

#include <chrono>
#include <cstdint>

namespace metricstream {

// Exponential backoff with full-half jitter: attempt k waits between d/2 and d, d = min(first * 2^k, limit).
// Pure: the caller gives the random bits, so tests are exact. Not thread-safe.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds limit) : first_(first), limit_(limit) {}

  // The wait before the next attempt; `random` is any uniformly distributed number.
  [[nodiscard]] std::chrono::milliseconds next(std::uint64_t random);
  void reset() { attempt_ = 0; }
  [[nodiscard]] unsigned attempts() const { return attempt_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds limit_;
  unsigned attempt_ = 0;
};

}  // namespace metricstream
