#pragma once

#include <array>
#include <string_view>

#include "common/influx/write_outcome.hpp"
#include "common/metrics/registry.hpp"

namespace metricstream::sink {

// The counters of one policy, over all partitions. Points are counted when their fate is known:
// pushed = written + expired + dead_letter + still queued (or dropped with a revoked partition, whose next owner
// writes them).
class SinkMetrics {
 public:
  SinkMetrics(metrics::Registry& registry, std::string_view size);

  [[nodiscard]] metrics::Counter& requests(influx::WriteKind kind) {
    return *requests_[static_cast<std::size_t>(kind)];
  }

  metrics::Counter& written;      // points acknowledged by 204
  metrics::Counter& rejected;     // points that InfluxDB refused on their own
  metrics::Counter& retried;      // points in requests that are sent again, once per repetition
  metrics::Counter& dead_letter;  // points stored as dead letters
  metrics::Counter& expired;      // points older than their policy keeps, not sent
  metrics::Counter& bytes;        // request bodies on the wire
  metrics::Histogram& write_duration;
  metrics::Gauge& retry_after;  // seconds, as last asked for by InfluxDB; 0 after a 204

 private:
  std::array<metrics::Counter*, 6> requests_{};
};

}  // namespace metricstream::sink
