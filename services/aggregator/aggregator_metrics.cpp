#include "services/aggregator/aggregator_metrics.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace metricstream::aggregator {
namespace {

metrics::Counter& outcome(metrics::Registry& registry, const char* name) {
  return registry.counter("metricstream_aggregate_samples_total",
                          "Samples of records read for the first time, by what became of them.", {{"outcome", name}});
}

metrics::Counter& commit_result(metrics::Registry& registry, const char* name) {
  return registry.counter("metricstream_aggregate_commits_total", "Commits of partitions, by the coordinator's answer.",
                          {{"result", name}});
}

}  // namespace

AggregatorMetrics::AggregatorMetrics(metrics::Registry& registry)
    : records_(registry.counter("metricstream_aggregate_records_total", "Records read for the first time.")),
      ticks_(registry.counter("metricstream_aggregate_ticks_total", "Of the records, those without samples.")),
      counted_(outcome(registry, "counted")),
      duplicate_(outcome(registry, "duplicate")),
      replaced_(outcome(registry, "replaced")),
      dropped_(outcome(registry, "dropped")),
      late_(outcome(registry, "late")),
      results_(registry.counter("metricstream_aggregate_results_total", "Window results, first ones and revisions.")),
      revisions_(registry.counter("metricstream_aggregate_window_reemitted_total",
                                  "Window results that late or changed samples made necessary.")),
      dead_lettered_(registry.counter("metricstream_aggregate_records_dead_lettered_total",
                                      "Records that cannot be decoded, sent to metrics-dlq.")),
      rebalances_(registry.counter("metricstream_aggregate_rebalances_total", "Assignments received.")),
      commits_(commit_result(registry, "accepted")),
      failed_commits_(commit_result(registry, "failed")),
      paused_(registry.gauge("metricstream_aggregate_paused", "1 while consuming waits for InfluxDB.")),
      lease_(registry.gauge("metricstream_aggregate_lease_held", "1 while this process may write to InfluxDB.")) {
  using S = const PartitionStatus&;
  collect(registry, "metricstream_consumer_lag_messages", "Messages behind the end of the log.",
          [](S s) { return static_cast<double>(std::max<std::int64_t>(s.log_end - s.next_offset, 0)); });
  collect(registry, "metricstream_consumer_committed_offset", "Where a successor would begin to read.",
          [](S s) { return static_cast<double>(s.committed_offset); });
  collect(registry, "metricstream_consumer_next_offset", "The next record to be folded.",
          [](S s) { return static_cast<double>(s.next_offset); });
  collect(registry, "metricstream_aggregate_watermark_timestamp_seconds", "Stream time.",
          [](S s) { return s.stream_time_seconds; });
  collect(registry, "metricstream_aggregate_closed_through_timestamp_seconds", "Everything before this is final.",
          [](S s) { return s.closed_through_seconds; });
  collect(registry, "metricstream_aggregate_windows_open", "Blocks of the largest window size that are not closed.",
          [](S s) { return static_cast<double>(s.open_blocks); });
  collect(registry, "metricstream_aggregate_samples_open", "Samples in blocks that are not closed.",
          [](S s) { return static_cast<double>(s.open_samples); });
  collect(registry, "metricstream_aggregate_series", "Series with samples in memory.",
          [](S s) { return static_cast<double>(s.series); });
  collect(registry, "metricstream_aggregate_batch_keys", "Remembered batch keys and adjusted readings.",
          [](S s) { return static_cast<double>(s.batch_keys); });
  collect(registry, "metricstream_aggregate_partition_stopped", "1 where an operator has to act; see the log.",
          [](S s) { return s.stopped ? 1.0 : 0.0; });
  collect(registry, "metricstream_aggregate_replayed_records", "Records read again since the partition was assigned.",
          [](S s) { return static_cast<double>(s.replayed_records); });
}

void AggregatorMetrics::add(const fold::Account& before, const fold::Account& now) {
  records_.add(now.records - before.records);
  ticks_.add(now.ticks - before.ticks);
  counted_.add(now.counted - before.counted);
  duplicate_.add(now.duplicate - before.duplicate);
  replaced_.add(now.replaced - before.replaced);
  dropped_.add(now.dropped - before.dropped);
  late_.add(now.late - before.late);
  results_.add(now.results - before.results);
  revisions_.add(now.revisions - before.revisions);
}

void AggregatorMetrics::set_partitions(std::map<std::int32_t, PartitionStatus> partitions) {
  const std::lock_guard lock(mutex_);
  partitions_ = std::move(partitions);
}

void AggregatorMetrics::collect(metrics::Registry& registry, const char* name, const char* help, Read read) {
  registrations_.push_back(registry.collect_gauge(name, help, [this, read] {
    std::vector<metrics::LabelledValue> out;
    const std::lock_guard lock(mutex_);
    for (const auto& [id, status] : partitions_) out.push_back({{{"partition", std::to_string(id)}}, read(status)});
    return out;
  }));
}

}  // namespace metricstream::aggregator
