#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

// The instruments of the hot paths: an update is one relaxed atomic operation on a cache line that its thread seldom
// shares. Thread-safe. Made by a Registry, which owns them.
namespace metricstream::metrics {

constexpr std::size_t kShards = 8;

// Which of the kShards this thread updates.
[[nodiscard]] std::size_t thread_shard();

// Only grows.
class Counter {
 public:
  void add(std::uint64_t amount = 1) { shards_[thread_shard()].value.fetch_add(amount, std::memory_order_relaxed); }
  // The sum over all threads; concurrent updates may or may not be in it.
  [[nodiscard]] std::uint64_t value() const;

 private:
  struct alignas(64) Shard {
    std::atomic<std::uint64_t> value{0};
  };
  std::array<Shard, kShards> shards_;
};

// Goes up and down.
class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
  [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// Counts observations in buckets, each with its upper bound included.
class Histogram {
 public:
  // `bounds` strictly increasing and finite; the bucket up to infinity comes by itself.
  explicit Histogram(std::span<const double> bounds);

  // `value` must not be NaN.
  void observe(double value);

  struct Snapshot {
    std::vector<std::uint64_t> counts;  // per bucket, not cumulative; the last is the one up to infinity
    double sum = 0;
    [[nodiscard]] std::uint64_t total() const;
  };
  [[nodiscard]] Snapshot snapshot() const;
  [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }

 private:
  struct alignas(64) Shard {
    std::unique_ptr<std::atomic<std::uint64_t>[]> counts;
    std::atomic<double> sum{0};
  };
  std::vector<double> bounds_;
  std::array<Shard, kShards> shards_;
};

// 100 us to 10 s and 64 B to 16 MiB: the bounds for request durations and sizes.
[[nodiscard]] std::span<const double> duration_bounds();
[[nodiscard]] std::span<const double> size_bounds();

}  // namespace metricstream::metrics
