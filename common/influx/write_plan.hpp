#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/base/backoff.hpp"
#include "common/influx/write_outcome.hpp"

namespace metricstream::influx {

// Brings one batch of lines to the point where every line is either acknowledged by 204 or refused on its own.
// Pure: it says what to do next and is told what came of it.
//
//   while (true) match (plan.next()):
//     Send        -> wait `delay`, send lines [first, last), report(outcome, random)
//     Bury        -> store the line as a dead letter, durably, then buried()
//     Done        -> the batch is settled
//
// Parts are sent from first to last, so that of two values of one point the later is also written last; a part is
// only left behind with 204 or, for a single line, with a refusal. Not thread-safe.
class WritePlan {
 public:
  explicit WritePlan(std::size_t lines, std::chrono::milliseconds first_delay = std::chrono::milliseconds{100},
                     std::chrono::milliseconds longest_delay = std::chrono::seconds{10});

  struct Send {
    std::size_t first;
    std::size_t last;
    std::chrono::milliseconds delay;
  };
  struct Bury {
    std::size_t line;
    int status;
    std::string reason;
  };
  struct Done {};
  using Step = std::variant<Send, Bury, Done>;

  // The same step until it is reported.
  [[nodiscard]] Step next() const;
  // What came of the Send that next() gives; `random` is any uniformly distributed number (jitter).
  void report(const WriteOutcome& outcome, std::uint64_t random);
  void buried();

 private:
  struct Range {
    std::size_t first;
    std::size_t last;
    [[nodiscard]] std::size_t size() const { return last - first; }
  };

  void split_or_bury(const WriteOutcome& outcome);

  std::vector<Range> todo_;  // the next one last
  Backoff backoff_;
  std::chrono::milliseconds delay_{0};
  bool burying_ = false;  // todo_.back() is a single line that was refused
  int refused_status_ = 0;
  std::string refused_reason_;
};

}  // namespace metricstream::influx
