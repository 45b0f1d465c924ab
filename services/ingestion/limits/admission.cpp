#include "services/ingestion/limits/admission.hpp"

namespace metricstream::limits {
namespace {

// Without overflow for any limit.
std::uint64_t share_of(std::uint64_t limit, std::uint32_t percent) {
  return limit / 100 * percent + limit % 100 * percent / 100;
}

std::uint64_t microseconds(std::chrono::nanoseconds time) { return static_cast<std::uint64_t>(time.count() / 1000); }

std::optional<Overload> overfull(const QueueFill& queue, std::uint32_t percent, std::uint64_t asked) {
  const auto check = [&](Bound bound, std::uint64_t level, std::uint64_t limit) -> std::optional<Overload> {
    const std::uint64_t most = share_of(limit, percent);
    if (limit == 0 || level <= most) return std::nullopt;
    return Overload{.bound = bound, .level = level, .asked = asked, .limit = most};
  };
  if (const auto records = check(Bound::queue_records, queue.records, queue.records_limit)) return records;
  return check(Bound::queue_bytes, queue.bytes, queue.bytes_limit);
}

}  // namespace

std::string_view to_string(Bound bound) {
  switch (bound) {
    case Bound::in_flight_bytes:
      return "in_flight_bytes";
    case Bound::queue_records:
      return "queue_records";
    case Bound::queue_bytes:
      return "queue_bytes";
    case Bound::delay:
      break;
  }
  return "delay";
}

std::string log_text(const Overload& overload) {
  if (overload.bound == Bound::delay) {
    return "delay: " + std::to_string(overload.level) + " us of " + std::to_string(overload.limit) + " us";
  }
  return std::string(to_string(overload.bound)) + ": " + std::to_string(overload.level) + " of " +
         std::to_string(overload.limit) + ", " + std::to_string(overload.asked) + " bytes asked";
}

std::string log_text(const QueueFill& full) {
  return "the producer's queue is full: " + std::to_string(full.records) + " of " + std::to_string(full.records_limit) +
         " records, " + std::to_string(full.bytes) + " of " + std::to_string(full.bytes_limit) + " bytes";
}

std::expected<Lease, Overload> Admission::admit(std::uint64_t bytes, const QueueFill& queue,
                                                std::chrono::nanoseconds excess_delay) {
  if (excess_delay.count() > 0) {
    return std::unexpected(Overload{.bound = Bound::delay,
                                    .level = microseconds(excess_delay),
                                    .asked = bytes,
                                    .limit = microseconds(limits_.max_delay)});
  }
  if (const auto overload = overfull(queue, limits_.queue_percent, bytes)) return std::unexpected(*overload);
  if (const auto overload = take(bytes)) return std::unexpected(*overload);
  return Lease(*this, bytes);
}

// A number alone is passed between threads, no data behind it: relaxed order is enough.
std::optional<Overload> Admission::take(std::uint64_t bytes) {
  const std::uint64_t budget = limits_.in_flight_bytes;
  std::uint64_t level = in_flight_.load(std::memory_order_relaxed);
  do {
    if (bytes > budget || level > budget - bytes) {
      return Overload{.bound = Bound::in_flight_bytes, .level = level, .asked = bytes, .limit = budget};
    }
  } while (!in_flight_.compare_exchange_weak(level, level + bytes, std::memory_order_relaxed));
  return std::nullopt;
}

std::expected<void, Overload> Lease::try_grow(std::uint64_t bytes) {
  if (const auto overload = admission_->take(bytes)) return std::unexpected(*overload);
  bytes_ += bytes;
  return {};
}

void Lease::shrink_to(std::uint64_t bytes) {
  if (bytes >= bytes_) return;
  admission_->give(bytes_ - bytes);
  bytes_ = bytes;
}

}  // namespace metricstream::limits
