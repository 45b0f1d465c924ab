#include "common/influx/write_plan.hpp"

#include <algorithm>

namespace metricstream::influx {

WritePlan::WritePlan(std::size_t lines, std::chrono::milliseconds first_delay, std::chrono::milliseconds longest_delay)
    : backoff_(first_delay, longest_delay) {
  if (lines > 0) todo_.push_back({0, lines});
}

WritePlan::Step WritePlan::next() const {
  if (todo_.empty()) return Done{};
  const Range range = todo_.back();
  if (burying_) return Bury{range.first, refused_status_, refused_reason_};
  return Send{range.first, range.last, delay_};
}

void WritePlan::report(const WriteOutcome& outcome, std::uint64_t random) {
  switch (outcome.kind) {
    case WriteKind::acknowledged:
      todo_.pop_back();
      break;
    case WriteKind::too_large:
    case WriteKind::refused_part:
      split_or_bury(outcome);
      break;
    case WriteKind::ambiguous:
    case WriteKind::throttled:
    case WriteKind::misconfigured:
      delay_ = std::max(backoff_.next(random),
                        std::chrono::milliseconds{outcome.retry_after.value_or(std::chrono::seconds{0})});
      return;
  }
  // A definite answer: the store is there and listens.
  backoff_.reset();
  delay_ = std::chrono::milliseconds{0};
}

void WritePlan::split_or_bury(const WriteOutcome& outcome) {
  const Range range = todo_.back();
  if (range.size() == 1) {
    burying_ = true;
    refused_status_ = outcome.status;
    refused_reason_ = outcome.message;
    return;
  }
  const std::size_t middle = range.first + range.size() / 2;
  todo_.back() = {middle, range.last};
  todo_.push_back({range.first, middle});
}

void WritePlan::buried() {
  burying_ = false;
  todo_.pop_back();
}

}  // namespace metricstream::influx
