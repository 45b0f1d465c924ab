#include "services/aggregator/sink/lane.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace metricstream::sink {

Lane::Lane(influx::Policy policy, BatchLimits limits, std::function<void()> wake)
    : policy_(std::move(policy)), limits_(limits), wake_(std::move(wake)) {}

void Lane::push(std::int64_t offset, TimeNs stream_time, TimeNs point_time, std::string_view line) {
  const TimeNs group = influx::shard_group_start(policy_, point_time);
  bool must_wake = false;
  {
    const std::lock_guard lock{mutex_};
    if (closed()) return;
    auto open = open_.find(group);
    const bool full = open != open_.end() && (open->second.batch.lines.bytes() + line.size() + 1 > limits_.bytes ||
                                              !open->second.batch.lines.fits(offset));
    if (full) {
      seal(open);
      open = open_.end();
    }
    must_wake = full;
    if (open == open_.end()) {
      open = open_.emplace(group, Open{{next_id_++, {}}, boot_time_ns()}).first;
      unsettled_.emplace(open->second.batch.id, Frontier{offset, stream_time});
      must_wake = true;  // its age has begun
    }
    LineBatch& lines = open->second.batch.lines;
    lines.append(offset, point_time, line);
    queued_bytes_.fetch_add(line.size() + 1, std::memory_order_relaxed);
    queued_lines_.fetch_add(1, std::memory_order_relaxed);
    if (lines.size() >= limits_.lines || lines.bytes() >= limits_.bytes) {
      seal(open);
      must_wake = true;
    }
    must_wake = must_wake && clear_sleeping();
  }
  if (must_wake) wake_();
}

std::optional<Lane::Frontier> Lane::oldest_unsettled() const {
  const std::lock_guard lock{mutex_};
  if (unsettled_.empty()) return std::nullopt;
  return unsettled_.begin()->second;
}

void Lane::flush() {
  bool must_wake = false;
  {
    const std::lock_guard lock{mutex_};
    seal_aged(std::numeric_limits<TimeNs>::max());
    must_wake = clear_sleeping();
  }
  if (must_wake) wake_();
}

void Lane::close() {
  {
    const std::lock_guard lock{mutex_};
    closed_.store(true, std::memory_order_release);
    open_.clear();
    sealed_.clear();
    unsettled_.clear();
    queued_bytes_ = 0;
    queued_lines_ = 0;
    sleeping_ = false;
  }
  wake_();  // also a writer that waits for something else than lines
}

std::optional<Lane::Batch> Lane::take(TimeNs boot_time, TimeNs* sleep_until) {
  const std::lock_guard lock{mutex_};
  seal_aged(boot_time - to_ns(limits_.age));
  if (!sealed_.empty()) {
    Batch batch = std::move(sealed_.front());
    sealed_.pop_front();
    return batch;
  }
  *sleep_until = std::numeric_limits<TimeNs>::max();
  for (const auto& [group, open] : open_) {
    *sleep_until = std::min(*sleep_until, open.opened_at + to_ns(limits_.age));
  }
  sleeping_ = !closed();
  return std::nullopt;
}

void Lane::settle(const Batch& batch) {
  const std::lock_guard lock{mutex_};
  if (closed()) return;
  unsettled_.erase(batch.id);
  queued_bytes_.fetch_sub(batch.lines.bytes(), std::memory_order_relaxed);
  queued_lines_.fetch_sub(batch.lines.size(), std::memory_order_relaxed);
}

void Lane::seal(std::map<TimeNs, Open>::iterator open) {
  sealed_.push_back(std::move(open->second.batch));
  open_.erase(open);
}

// Seals what was opened at or before `boot_time`, oldest first, so that offsets leave nearly in order.
void Lane::seal_aged(TimeNs boot_time) {
  while (true) {
    const auto oldest = std::ranges::min_element(open_, {}, [](const auto& entry) { return entry.second.batch.id; });
    if (oldest == open_.end() || oldest->second.opened_at > boot_time) return;
    seal(oldest);
  }
}

bool Lane::clear_sleeping() { return std::exchange(sleeping_, false); }

}  // namespace metricstream::sink
