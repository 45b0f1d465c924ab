#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/backoff.hpp"
#include "common/base/clock.hpp"

namespace metricstream::agent {

struct RetrySettings {
  std::chrono::milliseconds first{1'000};              // doubled with each failure of the same endpoint
  std::chrono::milliseconds limit{60'000};             // the longest wait of our own
  std::chrono::milliseconds max_retry_after{600'000};  // the longest that a server can ask for
};

// Which endpoint to try when: the first in order (primary, backup) that is not being left in peace after a failure. So
// the backup is tried at once when the primary fails, serves while the primary recovers, and the primary is tried again
// after its own backoff. Times are of a steady clock. Not thread-safe.
class Endpoints {
 public:
  // `count` > 0.
  Endpoints(std::size_t count, const RetrySettings& retry);

  // The endpoint to use now; none when all of them have to be waited for, until ready_at().
  [[nodiscard]] std::optional<std::size_t> choose(TimeNs now) const;
  [[nodiscard]] TimeNs ready_at() const;

  void succeeded(std::size_t endpoint);
  // Waits longer with each failure (Backoff), or as long as the server asked for, within the settings' bounds.
  void failed(std::size_t endpoint, TimeNs now, std::optional<std::chrono::seconds> retry_after, std::uint64_t random);
  // The server asked this client to slow down: that holds for every endpoint.
  void slow_down(std::size_t endpoint, TimeNs now, std::optional<std::chrono::seconds> retry_after,
                 std::uint64_t random);

  // Forgets all waits: the process is about to end, so one more try costs nobody anything.
  void hurry();

 private:
  struct Lane {
    Backoff backoff;
    TimeNs not_before = 0;
  };
  [[nodiscard]] TimeNs wait_of(Lane& lane, std::optional<std::chrono::seconds> retry_after, std::uint64_t random);

  RetrySettings retry_;
  std::vector<Lane> lanes_;
};

}  // namespace metricstream::agent
