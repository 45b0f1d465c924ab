#include "common/metrics/instruments.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace metricstream::metrics {

std::size_t thread_shard() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t shard = next.fetch_add(1, std::memory_order_relaxed) % kShards;
  return shard;
}

std::uint64_t Counter::value() const {
  std::uint64_t sum = 0;
  for (const Shard& shard : shards_) sum += shard.value.load(std::memory_order_relaxed);
  return sum;
}

Histogram::Histogram(std::span<const double> bounds) : bounds_(bounds.begin(), bounds.end()) {
  const bool finite = std::ranges::all_of(bounds_, [](double bound) { return std::isfinite(bound); });
  const bool increasing = std::ranges::adjacent_find(bounds_, std::greater_equal<>{}) == bounds_.end();
  if (!finite || !increasing) throw std::invalid_argument("histogram bounds must be finite and strictly increasing");
  for (Shard& shard : shards_) shard.counts = std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1);
}

void Histogram::observe(double value) {
  const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(bounds_, value) - bounds_.begin());
  Shard& shard = shards_[thread_shard()];
  shard.counts[bucket].fetch_add(1, std::memory_order_relaxed);
  shard.sum.fetch_add(value, std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot out;
  out.counts.resize(bounds_.size() + 1);
  for (const Shard& shard : shards_) {
    for (std::size_t i = 0; i < out.counts.size(); ++i) {
      out.counts[i] += shard.counts[i].load(std::memory_order_relaxed);
    }
    out.sum += shard.sum.load(std::memory_order_relaxed);
  }
  return out;
}

std::uint64_t Histogram::Snapshot::total() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::span<const double> duration_bounds() {
  static constexpr double bounds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                      0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return bounds;
}

std::span<const double> size_bounds() {
  static constexpr double bounds[] = {64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216};
  return bounds;
}

}  // namespace metricstream::metrics
