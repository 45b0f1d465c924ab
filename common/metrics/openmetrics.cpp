#include "common/metrics/openmetrics.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace metricstream::metrics {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  std::string out(buffer.data(), end);
  // Canonical numbers, which the le label must be, are floats: 1.0.
  if (out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

std::string count(std::uint64_t value) { return std::to_string(value); }

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

void sample(std::string& out, const std::string& name, const Labels& labels, std::string_view le,
            const std::string& value) {
  out += name;
  char separator = '{';
  const auto label = [&](std::string_view key, std::string_view text) {
    out += separator;
    out.append(key).append("=\"").append(escaped(text)).append("\"");
    separator = ',';
  };
  for (const auto& [key, text] : labels) label(key, text);
  if (!le.empty()) label("le", le);
  if (separator == ',') out += '}';
  out += " " + value + "\n";
}

void write_metric(std::string& out, const std::string& name, prometheus::MetricType type,
                  const prometheus::ClientMetric& metric) {
  if (type == prometheus::MetricType::Counter) {
    return sample(out, name + "_total", metric.label, "", number(metric.counter.value));
  }
  if (type == prometheus::MetricType::Gauge) {
    return sample(out, name, metric.label, "", number(metric.gauge.value));
  }
  for (const auto& bucket : metric.histogram.bucket) {
    sample(out, name + "_bucket", metric.label, number(bucket.upper_bound), count(bucket.cumulative_count));
  }
  sample(out, name + "_count", metric.label, "", count(metric.histogram.sample_count));
  sample(out, name + "_sum", metric.label, "", number(metric.histogram.sample_sum));
}

std::string_view type_name(prometheus::MetricType type) {
  if (type == prometheus::MetricType::Counter) return "counter";
  return type == prometheus::MetricType::Gauge ? "gauge" : "histogram";
}

}  // namespace

std::string write_openmetrics(const std::vector<prometheus::MetricFamily>& families) {
  std::string out;
  for (const prometheus::MetricFamily& family : families) {
    // A counter's family is named without the suffix that its samples carry.
    std::string name = family.name;
    if (family.type == prometheus::MetricType::Counter && name.ends_with("_total")) name.resize(name.size() - 6);
    out.append("# TYPE ").append(name).append(" ").append(type_name(family.type)).append("\n");
    if (!family.help.empty()) out.append("# HELP ").append(name).append(" ").append(escaped(family.help)).append("\n");
    for (const auto& metric : family.metric) write_metric(out, name, family.type, metric);
  }
  return out + "# EOF\n";
}

}  // namespace metricstream::metrics
