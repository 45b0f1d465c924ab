#include "services/aggregator/fold/field.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace metricstream::fold {
namespace {

TEST(Field, KnowsEveryNamedField) {
  for (const std::string_view name : {"count", "sum", "min", "max", "avg", "first", "last", "stddev", "increase"}) {
    const auto field = parse_field(name);
    ASSERT_TRUE(field) << name;
    EXPECT_EQ(field->name, name);
    EXPECT_NE(field->kind, FieldKind::percentile);
  }
}

TEST(Field, ReadsAPercentilesDigitsAsDecimals) {
  const std::pair<std::string_view, std::uint32_t> cases[] = {{"p50", 500'000},    {"p05", 50'000},    {"p95", 950'000},
                                                              {"p999", 999'000},   {"p9999", 999'900}, {"p000001", 1},
                                                              {"p999999", 999'999}};
  for (const auto& [name, millionths] : cases) {
    const auto field = parse_field(name);
    ASSERT_TRUE(field) << name;
    EXPECT_EQ(field->kind, FieldKind::percentile);
    EXPECT_EQ(field->millionths, millionths) << name;
    EXPECT_EQ(field->name, name);
  }
}

TEST(Field, RefusesWhatIsNoneAndSaysWhatIsOne) {
  for (const std::string_view name : {"", "p", "p5", "p00", "p000000", "p1234567", "p9x", "p-1", "p 50", "p5.0", "P50",
                                      "Count", "counts", "value", "mean", "p50 ", " p50"}) {
    const auto field = parse_field(name);
    ASSERT_FALSE(field) << name;
    EXPECT_NE(field.error().message.find("'" + std::string(name) + "'"), std::string::npos);
    EXPECT_NE(field.error().message.find("p95"), std::string::npos);
  }
}

TEST(Field, WritesTheDocumentedFieldsByDefault) {
  std::vector<std::string> names;
  for (const Field& field : default_fields()) names.push_back(field.name);
  EXPECT_EQ(names, (std::vector<std::string>{"count", "sum", "min", "max", "avg", "p50", "p95", "p99"}));
  EXPECT_EQ(increase_field().name, "increase");
}

}  // namespace
}  // namespace metricstream::fold
