#include "services/aggregator/fold/series_set.hpp"

#include <algorithm>
#include <bit>

namespace metricstream::fold {
namespace {

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

}  // namespace

Insertion SeriesSet::insert(TimeNs time, double value) {
  if (readings_.empty() || readings_.back().time < time) {  // the usual case: time goes on
    readings_.push_back({time, value});
    return Insertion::inserted;
  }
  const auto place = std::ranges::lower_bound(readings_, time, {}, &Value::time);
  if (place->time != time) {
    readings_.insert(place, {time, value});
    return Insertion::inserted;
  }
  if (same_bits(place->value, value)) return Insertion::duplicate;
  place->value = value;
  return Insertion::replaced;
}

void SeriesSet::add(TimeNs time, double value) { observations_.push_back({time, value}); }

bool SeriesSet::has_reading(TimeNs time) const { return std::ranges::binary_search(readings_, time, {}, &Value::time); }

std::span<const Value> SeriesSet::readings(TimeNs begin, TimeNs end) const {
  const auto first = std::ranges::lower_bound(readings_, begin, {}, &Value::time);
  const auto last = std::ranges::lower_bound(first, readings_.end(), end, {}, &Value::time);
  return {first, last};
}

const Value* SeriesSet::reading_before(TimeNs time) const {
  const auto place = std::ranges::lower_bound(readings_, time, {}, &Value::time);
  return place == readings_.begin() ? nullptr : &*std::prev(place);
}

const Value* SeriesSet::reading_after(TimeNs time) const {
  const auto place = std::ranges::upper_bound(readings_, time, {}, &Value::time);
  return place == readings_.end() ? nullptr : &*place;
}

void SeriesSet::collect(TimeNs begin, TimeNs end, std::vector<Value>& out) const {
  const std::span<const Value> own = readings(begin, end);
  out.insert(out.end(), own.begin(), own.end());
  for (const Value& observation : observations_) {
    if (observation.time >= begin && observation.time < end) out.push_back(observation);
  }
}

}  // namespace metricstream::fold
