#include "common/metrics/names.hpp"

#include <algorithm>
#include <stdexcept>

namespace metricstream::metrics {
namespace {

[[noreturn]] void refuse(std::string_view name, std::string_view rule) {
  throw std::invalid_argument("'" + std::string(name) + "': " + std::string(rule));
}

bool is_snake_case(std::string_view text) {
  const auto in_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' && std::ranges::all_of(text, in_name);
}

}  // namespace

void require_metric_name(std::string_view name, bool counter) {
  if (!is_snake_case(name)) refuse(name, "a metric's name is [a-z][a-z0-9_]*");
  if (counter != name.ends_with("_total")) refuse(name, "counters, and only they, end in _total");
  for (const std::string_view suffix : {"_bucket", "_count", "_sum", "_created"}) {
    if (name.ends_with(suffix)) refuse(name, "the suffix belongs to a histogram's own samples");
  }
}

void require_labels(const Labels& labels) {
  for (const auto& [label, value] : labels) {
    if (!is_snake_case(label) || label == "le" || label == "quantile") refuse(label, "no legal label name");
    if (std::ranges::count(labels, label, &Labels::value_type::first) > 1) refuse(label, "label given twice");
  }
}

}  // namespace metricstream::metrics
