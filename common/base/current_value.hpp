#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

namespace metricstream {

// A number of the calling thread, counted from 0 in the order in which threads ask first.
[[nodiscard]] inline std::size_t thread_number() {
  static std::atomic<std::size_t> next = 0;
  thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed);
  return mine;
}

// An immutable value that is replaced while many threads read it: what begins after use() has returned sees the new
// one, and whoever holds the old one keeps it. Thread-safe.
//
// Several pointers to it, each with a mutex and a count of its own that only every 16th thread meets, rather than one
// atomic<shared_ptr>: that has all threads write to one count with every request, and that of libstdc++ 12 unlocks its
// readers without an order that ThreadSanitizer (or the standard) would accept.
template <class T>
class CurrentValue {
 public:
  explicit CurrentValue(const std::shared_ptr<const T>& first) { use(first); }
  CurrentValue(const CurrentValue&) = delete;
  CurrentValue& operator=(const CurrentValue&) = delete;

  void use(const std::shared_ptr<const T>& next) {
    const std::scoped_lock one_at_a_time(changing_);
    for (Cell& cell : cells_) {
      std::shared_ptr<const T> mine(next.get(), [next](const T*) {});
      const std::scoped_lock lock(cell.mutex);
      std::swap(cell.value, mine);  // the old one goes outside of the lock: the last owner frees the whole value
    }
  }

  // Never null where use() was not given null.
  [[nodiscard]] std::shared_ptr<const T> get() const {
    const Cell& cell = cells_[thread_number() % kCells];
    const std::scoped_lock lock(cell.mutex);
    return cell.value;
  }

 private:
  static constexpr std::size_t kCells = 16;
  static constexpr std::size_t kCacheLine = 64;
  struct alignas(kCacheLine) Cell {
    mutable std::mutex mutex;  // only ever held to copy or swap the pointer
    std::shared_ptr<const T> value;
  };

  std::mutex changing_;
  std::array<Cell, kCells> cells_;
};

}  // namespace metricstream
