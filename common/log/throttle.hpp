#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/clock.hpp"
#include "common/base/hash.hpp"

namespace metricstream {

// Lets the same key through at most once per interval. Pure: time is an argument. Not thread-safe.
// Remembers at most `capacity` keys; beyond that it forgets those whose interval is over, and if none is, lets a new
// key through unremembered (a line too many rather than a silent one).
class Throttle {
 public:
  explicit Throttle(TimeNs interval = 10 * kSecond, std::size_t capacity = 1024)
      : interval_(interval), capacity_(capacity) {}

  // Nothing: suppress it. A number: let it through, so many were suppressed since the last that was let through.
  [[nodiscard]] std::optional<std::uint64_t> admit(std::string_view key, TimeNs now);

 private:
  struct Entry {
    TimeNs last;
    std::uint64_t suppressed;
  };
  void forget_expired(TimeNs now);

  TimeNs interval_;
  std::size_t capacity_;
  std::unordered_map<std::string, Entry, TableHash, std::equal_to<>> entries_;
};

}  // namespace metricstream
