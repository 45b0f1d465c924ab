#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace metricstream::limits {

// Which bound of the replica is reached; a label of our own metrics.
enum class Bound : std::uint8_t { in_flight_bytes, queue_records, queue_bytes, delay };
constexpr std::size_t kBoundCount = 4;
[[nodiscard]] std::string_view to_string(Bound bound);

// What the operator's log says of a request that was not admitted.
struct Overload {
  Bound bound = Bound::in_flight_bytes;
  std::uint64_t level = 0;  // without this request; of delay in microseconds
  std::uint64_t asked = 0;  // bytes
  std::uint64_t limit = 0;
};
// "in_flight_bytes: 268000000 of 268435456, 1048576 bytes asked"; "delay: 31200 us of 25000 us"
[[nodiscard]] std::string log_text(const Overload& overload);

// How full the producer's queue is: now, and where it would refuse. A limit of 0 is none.
struct QueueFill {
  std::uint64_t records = 0;
  std::uint64_t records_limit = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_limit = 0;
};

// "the producer's queue is full: 20000 of 20000 records, 1048576 of 134217728 bytes"
[[nodiscard]] std::string log_text(const QueueFill& full);

struct AdmissionLimits {
  std::uint64_t in_flight_bytes = std::uint64_t{256} * 1024 * 1024;
  // Of the queue's own limits: above it nothing new comes in, since what is in flight already will add to it.
  std::uint32_t queue_percent = 80;
  // How long requests may wait for their thread, in what is said of an overload. Whether one waits for too long is its
  // server's to know (http::ServerOptions::max_delay).
  std::chrono::nanoseconds max_delay{0};
};

class Admission;

// Bytes that are held for a request, until it goes or release(). Movable; may go on any thread. One owner at a time.
class [[nodiscard]] Lease {
 public:
  Lease() = default;
  Lease(Lease&& other) noexcept
      : admission_(std::exchange(other.admission_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Lease& operator=(Lease&& other) noexcept {
    if (this == &other) return *this;
    release();
    admission_ = std::exchange(other.admission_, nullptr);
    bytes_ = std::exchange(other.bytes_, 0);
    return *this;
  }
  ~Lease() { release(); }

  // Holds so many bytes more, for a body that grows or is inflated, or says why not and holds what it held. Not for an
  // empty lease.
  [[nodiscard]] std::expected<void, Overload> try_grow(std::uint64_t bytes);
  // Keeps at most so many: the body was shorter than its limit, or is not needed any more.
  void shrink_to(std::uint64_t bytes);
  void release() { shrink_to(0); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  friend class Admission;
  Lease(Admission& admission, std::uint64_t bytes) : admission_(&admission), bytes_(bytes) {}

  Admission* admission_ = nullptr;
  std::uint64_t bytes_ = 0;
};

// Lets requests in while the bytes of all that are in flight stay within a budget and the producer's queue has room:
// beyond that 503 at once is better than memory and answers that come too late. The sum of all leases never exceeds the
// budget, not even for an instant. Thread-safe, lock-free. Must outlive its leases.
class Admission {
 public:
  explicit Admission(const AdmissionLimits& limits) : limits_(limits) {}
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // `excess_delay`: how late the request's thread serves what is ready, where that is too late; else 0.
  [[nodiscard]] std::expected<Lease, Overload> admit(std::uint64_t bytes, const QueueFill& queue,
                                                     std::chrono::nanoseconds excess_delay = {});

  // Held by all leases.
  [[nodiscard]] std::uint64_t in_flight_bytes() const { return in_flight_.load(std::memory_order_relaxed); }
  [[nodiscard]] const AdmissionLimits& limits() const { return limits_; }

 private:
  friend class Lease;
  [[nodiscard]] std::optional<Overload> take(std::uint64_t bytes);
  void give(std::uint64_t bytes) { in_flight_.fetch_sub(bytes, std::memory_order_relaxed); }

  AdmissionLimits limits_;
  alignas(64) std::atomic<std::uint64_t> in_flight_{0};
};

}  // namespace metricstream::limits
