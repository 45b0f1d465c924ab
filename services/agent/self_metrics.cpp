#include "services/agent/self_metrics.hpp"

namespace metricstream::agent {

SelfMetrics::SelfMetrics(metrics::Registry& registry, std::size_t buffer_capacity)
    : registry_(registry),
      collected_(registry.counter("metricstream_agent_samples_collected_total", "Samples measured.")),
      acknowledged_(registry.counter("metricstream_agent_samples_acknowledged_total",
                                     "Samples of batches that an endpoint took, rejected ones included.")),
      rejected_(registry.counter("metricstream_agent_samples_rejected_total",
                                 "Samples that the server refused one by one, within batches that it took.")),
      buffered_(registry.gauge("metricstream_agent_buffer_samples", "Samples that wait or are being sent.")),
      unauthorized_(registry.gauge("metricstream_agent_unauthorized",
                                   "1 while an endpoint refuses our credential: samples are kept, correct the key.")),
      ledger_errors_(registry.counter("metricstream_agent_ledger_errors_total", "Lines that the ledger lost.")),
      duration_(registry.histogram("metricstream_agent_request_duration_seconds", "Time of one attempt to send.",
                                   metrics::duration_bounds())) {
  registry.gauge("metricstream_agent_buffer_limit_samples", "Samples that the buffer can hold.")
      .set(static_cast<double>(buffer_capacity));
}

void SelfMetrics::acknowledged(std::size_t samples, std::size_t rejected) {
  acknowledged_.add(samples);
  rejected_.add(rejected);
}

void SelfMetrics::dropped(std::size_t samples, const std::string& reason) {
  registry_.counter("metricstream_agent_samples_dropped_total", "Samples lost, by reason.", {{"reason", reason}})
      .add(samples);
}

void SelfMetrics::attempted(std::string_view endpoint, const std::string& outcome, double seconds) {
  registry_
      .counter("metricstream_agent_requests_total", "Attempts to send a batch.",
               {{"endpoint", std::string(endpoint)}, {"outcome", outcome}})
      .add();
  duration_.observe(seconds);
}

void SelfMetrics::collector_failed(std::string_view collector) {
  registry_
      .counter("metricstream_agent_collect_errors_total", "Rounds in which a collector could not measure.",
               {{"collector", std::string(collector)}})
      .add();
}

}  // namespace metricstream::agent
