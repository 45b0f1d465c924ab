#include "services/aggregator/fold/series_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "tests/unit/aggregator/support/random.hpp"

namespace metricstream::fold {
namespace {

using test::Random;
using Pair = std::pair<TimeNs, double>;

std::vector<Pair> pairs(const std::vector<Value>& values) {
  std::vector<Pair> out;
  out.reserve(values.size());
  for (const Value& value : values) out.emplace_back(value.time, value.value);
  return out;
}

std::optional<TimeNs> time_of(const Value* value) {
  return value == nullptr ? std::nullopt : std::optional(value->time);
}

// What a SeriesSet is, without any thought for speed.
struct Model {
  std::map<TimeNs, double> readings;
  std::vector<Pair> others;

  Insertion insert(TimeNs time, double value) {
    const auto [place, fresh] = readings.try_emplace(time, value);
    if (fresh) return Insertion::inserted;
    return std::exchange(place->second, value) == value ? Insertion::duplicate : Insertion::replaced;
  }
  [[nodiscard]] std::vector<Pair> all(TimeNs begin, TimeNs end) const {
    std::vector<Pair> out(readings.begin(), readings.end());
    out.insert(out.end(), others.begin(), others.end());
    std::erase_if(out, [&](const Pair& p) { return p.first < begin || p.first >= end; });
    std::ranges::sort(out);
    return out;
  }
};

void compare(const SeriesSet& set, const Model& model, Random& random) {
  const TimeNs begin = random.between(-2, 40);
  const TimeNs end = random.between(begin, 42);
  std::vector<Value> collected{{-1, -1}};  // collect() appends
  set.collect(begin, end, collected);
  collected.erase(collected.begin());
  ASSERT_EQ(pairs(collected), model.all(begin, end));

  const TimeNs at = random.between(-2, 42);
  ASSERT_EQ(set.has_reading(at), model.readings.contains(at));
  const std::vector<Pair> before = model.all(INT64_MIN, at);
  const std::vector<Pair> after = model.all(at + 1, INT64_MAX);
  const Value* const last = set.last_before(at);
  ASSERT_EQ(time_of(last), before.empty() ? std::nullopt : std::optional(before.back().first));
  if (last != nullptr) ASSERT_EQ(last->value, before.back().second);
  const Value* const first = set.first_after(at);
  ASSERT_EQ(time_of(first), after.empty() ? std::nullopt : std::optional(after.front().first));
  if (first != nullptr) ASSERT_EQ(first->value, after.front().second);
  ASSERT_EQ(set.size(), model.readings.size() + model.others.size());
}

TEST(SeriesSet, IsAMapOfReadingsBesideAMultisetOfTheOthers) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    SeriesSet set;
    Model model;
    for (int step = 0; step < 60; ++step) {
      const TimeNs time = random.chance(70) ? step / 2 : random.between(0, 39);  // mostly forwards
      const auto value = static_cast<double>(random.below(4));
      if (random.chance(60)) {
        ASSERT_EQ(set.insert(time, value), model.insert(time, value));
      } else {
        set.add(time, value);
        model.others.emplace_back(time, value);
      }
      compare(set, model, random);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(SeriesSet, TellsZeroFromNegativeZero) {
  SeriesSet set;
  EXPECT_EQ(set.insert(1, 0.0), Insertion::inserted);
  EXPECT_EQ(set.insert(1, -0.0), Insertion::replaced);
  EXPECT_EQ(set.insert(1, -0.0), Insertion::duplicate);
}

}  // namespace
}  // namespace metricstream::fold
