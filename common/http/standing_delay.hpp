// Private to common/http.
#pragma once

#include <chrono>
#include <optional>

namespace metricstream::http {

// Tells overload from a burst, by how long what is served now has waited in a queue that cannot be seen. Markers stand
// in that queue one at a time; between two of them it is as long as the last one said, or longer where the one that
// stands in it is overdue.
//
// A queue that is gone within kBurst is a burst: serving it late is better than refusing it. One that stands for longer
// is overload, and it would stand for as long as it is fed: from then on all that has waited for longer than `most` is
// too much, until nothing has for kCalm. (Two limits as in CoDel, Nichols and Jacobson, 2012; that they fit servers is
// in "Fail at Scale", Maurer, 2015.) Pure; the queue and the clock are the caller's. Not thread-safe.
class StandingDelay {
 public:
  using Duration = std::chrono::nanoseconds;
  using Time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::milliseconds kBurst{100};
  static constexpr std::chrono::milliseconds kCalm{300};

  // 0: nothing is ever too much.
  explicit StandingDelay(Duration most) : most_(most) {}

  // A marker that was due at `due` has come out; returns how late.
  Duration pass(Time due, Time now);
  // How late what is served now is, where that is too much; else 0. `due`: of the marker that stands in the queue, or
  // will.
  [[nodiscard]] Duration excess(Time due, Time now);
  // After a time in which no marker stood in the queue.
  void forget() { *this = StandingDelay(most_); }

 private:
  void look(Duration delay, Time now);

  Duration most_;
  Duration last_{0};                // of the last marker
  std::optional<Time> late_since_;  // without a break
  Time last_late_;
  bool is_standing_ = false;
};

}  // namespace metricstream::http
