#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "services/aggregator/fold/field.hpp"
#include "services/aggregator/fold/series_set.hpp"

namespace metricstream::fold {

// One field of a result, ready to be written.
struct FieldValue {
  std::string_view name;
  double value = 0;
  std::int64_t count = 0;
  bool is_count = false;  // written as an integer
};

// Computes `fields` over `values`, which are in the order (time, series key, value) and not empty. `increase` is given,
// since it needs the samples before the window. Percentiles are the nearest rank: the ceil(q n)-th smallest value,
// exact. A sum beyond the range of a double is the largest one. `stddev` is the population's. `scratch` is overwritten.
// Sums go from first to last, so that every process that ever computes a window gets the same bytes.
void compute_fields(std::span<const Field> fields, std::span<const Value> values, double increase,
                    std::vector<double>& scratch, std::vector<FieldValue>& out);

}  // namespace metricstream::fold
