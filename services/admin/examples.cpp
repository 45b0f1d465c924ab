#include "services/admin/examples.hpp"

#include <algorithm>

namespace metricstream::admin {
namespace {

void replace(std::string& text, std::string_view what, const std::string& with) {
  if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), with);
}

}  // namespace

const std::array<Example, 5>& examples() {
  static constexpr std::array<Example, 5> kExamples{{
      {"000", "Systems Craft: metrics ingestion", "/metrics", "client_id",
       R"({"metrics":[{"name":"cpu_usage","value":75.5,"type":"gauge"}]})"},
      {"001", "MetricStream, the learning project", "/metrics", "my_client_id",
       R"({"metrics":[{"name":"cpu_usage","value":75.5,"type":"gauge","tags":{"host":"server1"}}]})"},
      {"002", "MetricStream system architecture", "/metrics", "", R"({"metrics":[{"name":"cpu","value":75.5}]})"},
      {"003", "Performance metrics collection system", "/api/v1/metrics", "",
       R"({"host_id":"host_abc123","metrics":[{"name":"cpu.usage.percent","value":75.3,"timestamp":NOW_S,)"
       R"("tags":{"core":"0"}}]})"},
      {"004", "High-write throughput monitoring system", "/metrics", "",
       R"({"serverId":"server-1","cpu":75.3,"ram":82.5,"timestamp":NOW_MS})"},
  }};
  return kExamples;
}

std::optional<Example> find_example(std::string_view number) {
  const auto found = std::ranges::find(examples(), number, &Example::number);
  if (found == examples().end()) return std::nullopt;
  return *found;
}

std::string example_body(const Example& example, TimeNs now) {
  std::string body(example.body);
  replace(body, "NOW_S", std::to_string(now / kSecond));
  replace(body, "NOW_MS", std::to_string(now / kMillisecond));
  return body;
}

}  // namespace metricstream::admin
