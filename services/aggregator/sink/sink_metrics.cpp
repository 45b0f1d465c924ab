#include "services/aggregator/sink/sink_metrics.hpp"

#include <string>

namespace metricstream::sink {
namespace {

metrics::Counter& points(metrics::Registry& registry, std::string_view size, std::string_view outcome) {
  return registry.counter("metricstream_sink_points_total", "Points by what became of them.",
                          {{"outcome", std::string{outcome}}, {"policy", std::string{size}}});
}

}  // namespace

SinkMetrics::SinkMetrics(metrics::Registry& registry, std::string_view size)
    : written(points(registry, size, "written")),
      rejected(points(registry, size, "rejected")),
      retried(points(registry, size, "retried")),
      dead_letter(points(registry, size, "dead_letter")),
      expired(points(registry, size, "expired")),
      bytes(registry.counter("metricstream_sink_sent_bytes_total", "Request bodies sent to InfluxDB.",
                             {{"policy", std::string{size}}})),
      write_duration(registry.histogram("metricstream_sink_write_duration_seconds", "Duration of write requests.",
                                        metrics::duration_bounds(), {{"policy", std::string{size}}})),
      retry_after(registry.gauge("metricstream_sink_retry_after_seconds", "Pause that InfluxDB asked for last.",
                                 {{"policy", std::string{size}}})) {
  for (std::size_t kind = 0; kind < requests_.size(); ++kind) {
    const auto outcome = influx::to_string(static_cast<influx::WriteKind>(kind));
    requests_[kind] = &registry.counter("metricstream_sink_requests_total", "Write requests by their outcome.",
                                        {{"outcome", std::string{outcome}}, {"policy", std::string{size}}});
  }
}

}  // namespace metricstream::sink
