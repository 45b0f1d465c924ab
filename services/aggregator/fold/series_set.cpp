#include "services/aggregator/fold/series_set.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <tuple>

namespace metricstream::fold {
namespace {

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

bool comes_before(const Value& a, const Value& b) {
  return std::tie(a.time, a.value) < std::tie(b.time, b.value);  // values are finite
}

std::span<const Value> between(const std::vector<Value>& values, TimeNs begin, TimeNs end) {
  const auto first = std::ranges::lower_bound(values, begin, {}, &Value::time);
  const auto last = std::ranges::lower_bound(first, values.end(), end, {}, &Value::time);
  return {first, last};
}

const Value* before(const std::vector<Value>& values, TimeNs time) {
  const auto place = std::ranges::lower_bound(values, time, {}, &Value::time);
  return place == values.begin() ? nullptr : &*std::prev(place);
}

const Value* after(const std::vector<Value>& values, TimeNs time) {
  if (values.empty() || values.back().time <= time) return nullptr;  // the usual case: time goes on
  return &*std::ranges::upper_bound(values, time, {}, &Value::time);
}

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

void SeriesSet::add(TimeNs time, double value) {
  const Value sample{time, value};
  others_.insert(std::ranges::upper_bound(others_, sample, comes_before), sample);
}

bool SeriesSet::has_reading(TimeNs time) const { return std::ranges::binary_search(readings_, time, {}, &Value::time); }

const Value* SeriesSet::last_before(TimeNs time) const {
  const Value* const reading = before(readings_, time);
  const Value* const other = before(others_, time);
  if (reading == nullptr || other == nullptr) return reading == nullptr ? other : reading;
  return comes_before(*reading, *other) ? other : reading;
}

const Value* SeriesSet::first_after(TimeNs time) const {
  const Value* const reading = after(readings_, time);
  const Value* const other = after(others_, time);
  if (reading == nullptr || other == nullptr) return reading == nullptr ? other : reading;
  return comes_before(*other, *reading) ? other : reading;
}

void SeriesSet::collect(TimeNs begin, TimeNs end, std::vector<Value>& out) const {
  const std::span<const Value> readings = between(readings_, begin, end);
  const std::span<const Value> others = between(others_, begin, end);
  if (others.empty()) {
    out.insert(out.end(), readings.begin(), readings.end());
  } else {
    std::ranges::merge(readings, others, std::back_inserter(out), comes_before);
  }
}

}  // namespace metricstream::fold
