#include "services/aggregator/fold/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace metricstream::fold {
namespace {

double saturate(double sum) {
  constexpr double largest = std::numeric_limits<double>::max();
  return std::clamp(sum, -largest, largest);
}

// Saturates at every step: inf - inf must not become NaN.
double sum_of(std::span<const Value> values) {
  double sum = 0;
  for (const Value& value : values) sum = saturate(sum + value.value);
  return sum;
}

double average(std::span<const Value> values, double sum) {
  if (std::abs(sum) < std::numeric_limits<double>::max()) return sum / static_cast<double>(values.size());
  double mean = 0;  // the sum saturated: add up shares instead
  for (const Value& value : values) mean += value.value / static_cast<double>(values.size());
  return saturate(mean);
}

double standard_deviation(std::span<const Value> values, double mean) {
  double squares = 0;
  for (const Value& value : values) squares += (value.value - mean) * (value.value - mean);
  return saturate(std::sqrt(squares / static_cast<double>(values.size())));
}

double percentile(const std::vector<double>& sorted, double quantile) {
  // The product of an exact decimal quantile and n may land a hair above a whole number: 0.95 * 20 = 19.000000000000004
  // would skip a rank, so a hair is taken off.
  const double rank = std::ceil(quantile * static_cast<double>(sorted.size()) * (1 - 1e-12));
  const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
  return sorted[std::min(index, sorted.size() - 1)];
}

}  // namespace

void compute_fields(std::span<const Field> fields, std::span<const Value> values, double increase,
                    std::vector<double>& scratch, std::vector<FieldValue>& out) {
  scratch.clear();
  for (const Value& value : values) scratch.push_back(value.value);
  std::ranges::sort(scratch);
  const double sum = sum_of(values);
  const double mean = average(values, sum);
  for (const Field& field : fields) {
    FieldValue result{.name = field.name};
    switch (field.kind) {
      case FieldKind::count:
        result.is_count = true;
        result.count = static_cast<std::int64_t>(values.size());
        break;
      case FieldKind::sum:
        result.value = sum;
        break;
      case FieldKind::min:
        result.value = scratch.front();
        break;
      case FieldKind::max:
        result.value = scratch.back();
        break;
      case FieldKind::avg:
        result.value = mean;
        break;
      case FieldKind::first:
        result.value = values.front().value;
        break;
      case FieldKind::last:
        result.value = values.back().value;
        break;
      case FieldKind::stddev:
        result.value = standard_deviation(values, mean);
        break;
      case FieldKind::increase:
        result.value = increase;
        break;
      case FieldKind::percentile:
        result.value = percentile(scratch, field.quantile);
        break;
    }
    out.push_back(result);
  }
}

}  // namespace metricstream::fold
