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
  const auto deviation = [&](double scale) {
    double squares = 0;
    for (const Value& value : values) {
      const double distance = value.value / scale - mean / scale;
      squares += distance * distance;
    }
    return std::sqrt(squares / static_cast<double>(values.size())) * scale;
  };
  const double plain = deviation(1);
  return std::isfinite(plain) ? plain : saturate(deviation(std::numeric_limits<double>::max()));
}

// The ceil(q n)-th smallest, in whole numbers: 0.95 * 20 is 19.000000000000004 in doubles and would skip a rank.
double percentile(const std::vector<double>& sorted, std::uint64_t millionths) {
  const std::uint64_t rank = (millionths * sorted.size() + 999'999) / 1'000'000;
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
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
        result.value = percentile(scratch, field.millionths);
        break;
    }
    out.push_back(result);
  }
}

}  // namespace metricstream::fold
