#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/metrics/registry.hpp"

namespace metricstream::agent {

// The agent's metrics about itself. collected = acknowledged + dropped + buffered, at any time; rejected ones are part
// of acknowledged. Thread-safe.
class SelfMetrics {
 public:
  SelfMetrics(metrics::Registry& registry, std::size_t buffer_capacity);

  void collected(std::size_t samples) { collected_.add(samples); }
  void acknowledged(std::size_t samples, std::size_t rejected);
  // Reasons: buffer_full, http_STATUS, shutdown.
  void dropped(std::size_t samples, const std::string& reason);
  void buffered(std::size_t samples) { buffered_.set(static_cast<double>(samples)); }
  // `outcome`: http_STATUS or no_answer.
  void attempted(std::string_view endpoint, const std::string& outcome, double seconds);
  void collector_failed(std::string_view collector);
  void ledger_failed() { ledger_errors_.add(); }
  void unauthorized(bool is_refused) { unauthorized_.set(is_refused ? 1 : 0); }

 private:
  metrics::Registry& registry_;
  metrics::Counter& collected_;
  metrics::Counter& acknowledged_;
  metrics::Counter& rejected_;
  metrics::Gauge& buffered_;
  metrics::Gauge& unauthorized_;
  metrics::Counter& ledger_errors_;
  metrics::Histogram& duration_;
};

}  // namespace metricstream::agent
