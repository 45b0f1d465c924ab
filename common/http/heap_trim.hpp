// Private to common/http.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace metricstream::http {

// Decides when freed memory is given back to the system. The allocator keeps what lies below anything younger, and
// after a crowd of requests something always does. Giving back walks all of the heap, and what is needed again has to
// be asked for again: only for much, only when the crowd has gone, and not often. Pure; one thread.
class HeapTrim {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kWorth = std::size_t{16} * 1024 * 1024;  // bytes freed
  static constexpr std::size_t kFew = 16;                               // spaces in use
  static constexpr std::size_t kCrowd = 16;                             // gone when so many times fewer are left
  static constexpr std::chrono::seconds kPause{10};

  void on_use(std::size_t in_use) { most_ = std::max(most_, in_use); }
  void on_free(std::size_t bytes) { freed_ += bytes; }

  // Whether it would be time but for the pause.
  [[nodiscard]] bool is_worth_it(std::size_t in_use) const {
    return freed_ >= kWorth && in_use <= kFew + most_ / kCrowd;
  }
  // True: it is to be done now, and counts as done.
  [[nodiscard]] bool is_due(std::size_t in_use, Clock::time_point now) {
    if (!is_worth_it(in_use) || now < next_) return false;
    freed_ = 0;
    most_ = in_use;
    next_ = now + kPause;
    return true;
  }

 private:
  std::size_t most_ = 0;   // in use at a time, since the last time
  std::size_t freed_ = 0;  // bytes, since the last time
  Clock::time_point next_{};
};

}  // namespace metricstream::http
