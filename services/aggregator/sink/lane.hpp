#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/influx/policy.hpp"
#include "services/aggregator/sink/line_batch.hpp"

namespace metricstream::sink {

// When a batch is closed and sent: whichever comes first.
struct BatchLimits {
  std::size_t lines = 5000;
  std::size_t bytes = 1U << 20;  // of line protocol, before gzip; a longer single line goes alone
  std::chrono::nanoseconds age = std::chrono::seconds{1};
};

// The queue of one (partition, retention policy or bucket) between the fold thread, which pushes, and the sink's
// thread, which takes one batch at a time and reports it settled.
//
// Lines of one shard group leave in the order in which they were pushed, so the later of two values of a point is
// written last; lines of different shard groups hold no common point and may overtake each other.
// Thread-safe: push() from one thread, take() and settle() from one other, the rest from any.
class Lane {
 public:
  // `wake` is called (from push or flush) when the sink's thread sleeps and should call take() again.
  Lane(influx::Policy policy, BatchLimits limits, std::function<void()> wake);

  // Offsets never fall. `offset`: the record whose folding produced the line; `stream_time`: T before that record;
  // `point_time`: the line's own timestamp; `line` without newline.
  void push(std::int64_t offset, TimeNs stream_time, TimeNs point_time, std::string_view line);

  struct Frontier {
    std::int64_t offset;
    TimeNs stream_time;
    auto operator<=>(const Frontier&) const = default;
  };
  // The oldest output that is not settled: neither acknowledged by 204, nor dead-lettered with Kafka's
  // acknowledgement, nor expired. None when all is settled. Everything of a lower offset is durable outside.
  [[nodiscard]] std::optional<Frontier> oldest_unsettled() const;

  // Line protocol pushed and not yet settled; what back-pressure looks at.
  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t queued_lines() const { return queued_lines_.load(std::memory_order_relaxed); }

  // What was pushed so far is sent without waiting for its age.
  void flush();
  // The partition was revoked: the queue is dropped and nothing more is taken. push() does nothing from here on.
  void close();
  [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_acquire); }

  [[nodiscard]] const influx::Policy& policy() const { return policy_; }

  // --- the sink's thread ---
  struct Batch {
    std::uint64_t id;
    LineBatch lines;
  };
  // The next batch to send; else none, and `*sleep_until` (CLOCK_BOOTTIME) is when an open batch comes of age,
  // or the largest time where nothing waits. A push that changes this calls `wake`.
  [[nodiscard]] std::optional<Batch> take(TimeNs boot_time, TimeNs* sleep_until);
  void settle(const Batch& batch);

 private:
  struct Open {
    Batch batch;
    TimeNs opened_at;
  };

  void seal(std::map<TimeNs, Open>::iterator open);
  void seal_aged(TimeNs boot_time);
  bool clear_sleeping();

  const influx::Policy policy_;
  const BatchLimits limits_;
  const std::function<void()> wake_;

  mutable std::mutex mutex_;
  std::map<TimeNs, Open> open_;                  // by start of the shard group
  std::deque<Batch> sealed_;                     // in the order of sending
  std::map<std::uint64_t, Frontier> unsettled_;  // by batch id: ids rise with offsets, so the first is the oldest
  std::uint64_t next_id_ = 0;
  bool sleeping_ = false;

  std::atomic<std::size_t> queued_bytes_{0};
  std::atomic<std::size_t> queued_lines_{0};
  std::atomic<bool> closed_{false};
};

}  // namespace metricstream::sink
