#include "services/aggregator/fold/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/unit/aggregator/support/random.hpp"
#include "tests/unit/aggregator/support/truth.hpp"

namespace metricstream::fold {
namespace {

using test::Random;
constexpr double kLargest = std::numeric_limits<double>::max();

std::vector<FieldValue> compute(const std::vector<Field>& fields, const std::vector<double>& values,
                                double increase = 0) {
  std::vector<Value> ordered;
  ordered.reserve(values.size());
  for (const double value : values) ordered.push_back({static_cast<TimeNs>(ordered.size()), value});
  std::vector<double> scratch{7, 7};
  std::vector<FieldValue> out;
  compute_fields(fields, ordered, increase, scratch, out);
  return out;
}

double one(const char* name, const std::vector<double>& values) {
  static std::vector<Field> fields;
  fields = {*parse_field(name)};
  return compute(fields, values)[0].value;
}

TEST(Statistics, AreTheNaiveOnesForRandomValues) {
  std::vector<Field> fields;
  for (const char* const name :
       {"count", "sum", "min", "max", "avg", "first", "last", "stddev", "p50", "p95", "p999"}) {
    fields.push_back(*parse_field(name));
  }
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    std::vector<double> values;
    for (std::uint64_t n = 1 + random.below(50); n > 0; --n) {
      values.push_back(static_cast<double>(random.between(-100'000, 100'000)) / 7);
    }
    const std::vector<FieldValue> results = compute(fields, values);
    ASSERT_EQ(results.size(), fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const double expected = test::naive_field(fields[i].name, values);
      ASSERT_EQ(results[i].name, fields[i].name);
      ASSERT_EQ(results[i].is_count, fields[i].name == "count");
      if (fields[i].name == "count") {
        ASSERT_EQ(results[i].count, static_cast<std::int64_t>(values.size()));
      } else if (fields[i].name == "stddev") {
        ASSERT_NEAR(results[i].value, expected, 1e-9 * (1 + std::abs(expected))) << "seed " << seed;
      } else {
        ASSERT_EQ(results[i].value, expected) << fields[i].name << " seed " << seed;
      }
    }
  }
}

TEST(Statistics, PercentilesAreTheNearestRankInWholeNumbersForEverySize) {
  const std::pair<const char*, std::uint64_t> quantiles[] = {
      {"p01", 10'000},  {"p05", 50'000},  {"p10", 100'000}, {"p35", 350'000}, {"p50", 500'000}, {"p55", 550'000},
      {"p70", 700'000}, {"p90", 900'000}, {"p95", 950'000}, {"p99", 990'000}, {"p999", 999'000}};
  std::vector<double> values;
  for (std::uint64_t n = 1; n <= 400; ++n) {
    values.push_back(static_cast<double>(n));  // the value is its rank
    for (const auto& [name, millionths] : quantiles) {
      const std::uint64_t rank = (millionths * n + 999'999) / 1'000'000;
      ASSERT_EQ(one(name, values), static_cast<double>(rank)) << name << " of " << n;
    }
  }
}

TEST(Statistics, PercentilesAreExactForAMillionSamples) {
  std::vector<double> values(1'000'001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i + 1);
  EXPECT_EQ(one("p999999", values), 1'000'000);  // ceil(999,999.999999)
  EXPECT_EQ(one("p000001", values), 2);          // ceil(1.000001)
  EXPECT_EQ(one("p50", values), 500'001);
}

TEST(Statistics, SumsSaturateAtTheLargestDouble) {
  EXPECT_EQ(one("sum", {kLargest, kLargest}), kLargest);
  EXPECT_EQ(one("sum", {-kLargest, -kLargest, 1}), -kLargest);
  EXPECT_EQ(one("sum", {kLargest, kLargest, -kLargest}), 0);  // never infinite, so never NaN
  EXPECT_EQ(one("avg", {kLargest, kLargest}), kLargest);
  EXPECT_EQ(one("avg", {-kLargest, -kLargest, -kLargest, -kLargest}), -kLargest);
}

TEST(Statistics, DeviationsSurviveHugeValues) {
  EXPECT_EQ(one("stddev", {5, 5, 5}), 0);
  EXPECT_EQ(one("stddev", {1, 3}), 1);
  EXPECT_NEAR(one("stddev", {1e200, -1e200}) / 1e200, 1, 1e-9);
  EXPECT_NEAR(one("stddev", {kLargest, -kLargest}) / kLargest, 1, 1e-9);
  EXPECT_EQ(one("stddev", {kLargest, kLargest}), 0);
}

TEST(Statistics, PassIncreaseThrough) { EXPECT_EQ(compute({*parse_field("increase")}, {1, 2}, 42.5)[0].value, 42.5); }

}  // namespace
}  // namespace metricstream::fold
