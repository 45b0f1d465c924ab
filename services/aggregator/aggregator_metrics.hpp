#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "common/metrics/registry.hpp"
#include "services/aggregator/fold/account.hpp"

namespace metricstream::aggregator {

// What is shown of one partition; written by the fold thread every now and then.
struct PartitionStatus {
  std::int64_t next_offset = 0;
  std::int64_t committed_offset = 0;  // B of the last accepted commit
  std::int64_t log_end = 0;
  double stream_time_seconds = 0;
  double closed_through_seconds = 0;
  std::size_t open_blocks = 0;
  std::uint64_t open_samples = 0;
  std::size_t series = 0;
  std::size_t batch_keys = 0;
  std::uint64_t replayed_records = 0;
  bool stopped = false;
};

// The aggregator's own metrics. Thread-safe.
class AggregatorMetrics {
 public:
  explicit AggregatorMetrics(metrics::Registry& registry);

  // What one partition's fold counted since the last call for it.
  void add(const fold::Account& before, const fold::Account& now);
  void add_dead_lettered_records(std::uint64_t count) { dead_lettered_.add(count); }
  void count_rebalance() { rebalances_.add(); }
  void count_commit(bool accepted) { (accepted ? commits_ : failed_commits_).add(); }
  void set_paused(bool paused) { paused_.set(paused ? 1 : 0); }
  void set_lease(bool held) { lease_.set(held ? 1 : 0); }

  void set_partitions(std::map<std::int32_t, PartitionStatus> partitions);

 private:
  using Read = double (*)(const PartitionStatus&);
  void collect(metrics::Registry& registry, const char* name, const char* help, Read read);

  metrics::Counter& records_;
  metrics::Counter& ticks_;
  metrics::Counter& counted_;
  metrics::Counter& duplicate_;
  metrics::Counter& replaced_;
  metrics::Counter& dropped_;
  metrics::Counter& late_;
  metrics::Counter& results_;
  metrics::Counter& revisions_;
  metrics::Counter& dead_lettered_;
  metrics::Counter& rebalances_;
  metrics::Counter& commits_;
  metrics::Counter& failed_commits_;
  metrics::Gauge& paused_;
  metrics::Gauge& lease_;

  std::mutex mutex_;
  std::map<std::int32_t, PartitionStatus> partitions_;
  std::vector<metrics::Registration> registrations_;
};

}  // namespace metricstream::aggregator
