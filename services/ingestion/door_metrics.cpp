#include "services/ingestion/door_metrics.hpp"

#include <string>

namespace metricstream::ingestion {
namespace {

using Values = std::vector<metrics::LabelledValue>;

Values one(double value) { return {{{}, value}}; }

metrics::Labels of_client(std::string_view limit_name, const std::string& client) {
  return {{"limit_name", std::string(limit_name)}, {"client", client}};
}

Values overrides(const limits::RateLimiter& limiter) {
  Values out;
  const auto set = limiter.limits();
  for (const limits::OverrideRow& row : set->overrides()) {
    out.push_back({of_client(row.limit_name, row.client), row.value});
  }
  return out;
}

Values usage(limits::RateLimiter& limiter) {
  Values out;
  for (const limits::UsageRow& row : limiter.usage(boot_time_ns())) {
    out.push_back({of_client(row.limit_name, row.client), row.ratio});
  }
  return out;
}

Values entries(const limits::RateLimiter& limiter) {
  const auto stats = limiter.stats();
  const auto of = [](const char* table, const limits::TableStats& that) {
    return metrics::LabelledValue{{{"table", table}}, static_cast<double>(that.entries)};
  };
  return {of("addresses", stats.remotes), of("requests", stats.requests), of("samples", stats.samples),
          of("hosts", stats.hosts)};
}

}  // namespace

std::vector<metrics::Registration> watch_door(metrics::Registry& registry, const limits::Admission& admission,
                                              limits::RateLimiter& limiter) {
  std::vector<metrics::Registration> out;
  out.push_back(registry.collect_gauge("metricstream_admission_in_flight_bytes", "Bytes of requests in memory.",
                                       [&admission] { return one(static_cast<double>(admission.in_flight_bytes())); }));
  out.push_back(registry.collect_gauge(
      "metricstream_admission_limit_bytes", "Where requests are refused for the bytes in memory.",
      [&admission] { return one(static_cast<double>(admission.limits().in_flight_bytes)); }));
  out.push_back(registry.collect_gauge(
      "metricstream_limits_overrides", "Limits of single clients, from rate_limits.overrides_file.",
      [&limiter] { return overrides(limiter); }, metrics::Audience::operators));
  out.push_back(registry.collect_gauge(
      "metricstream_limit_usage_ratio", "How much of its limits a client of rate_limits.overrides_file uses: 0 to 1.",
      [&limiter] { return usage(limiter); }, metrics::Audience::operators));
  out.push_back(registry.collect_gauge("metricstream_rate_limit_entries", "Whoever is counted now, by table.",
                                       [&limiter] { return entries(limiter); }));
  return out;
}

}  // namespace metricstream::ingestion
