#include "services/admin/read_back.hpp"

#include <gtest/gtest.h>

namespace metricstream::admin {
namespace {

using namespace std::chrono_literals;
using Row = std::vector<std::string>;

TEST(SelectStatement, NamesAndValuesCannotLeaveTheirQuotes) {
  EXPECT_EQ(select_statement({.metric = "cpu.usage.percent", .last = 10min, .tags = {}}),
            R"(SELECT * FROM "cpu.usage.percent" WHERE time > now() - 600000000000ns GROUP BY *)");
  EXPECT_EQ(select_statement({.metric = R"(a"b)", .last = 1s, .tags = {{R"(k"x)", "v' OR 1=1"}}}),
            R"(SELECT * FROM "a\"b" WHERE time > now() - 1000000000ns AND "k\"x" = 'v\' OR 1=1' GROUP BY *)");
}

TEST(SelectStatement, TheDocumentsSingleMeasurementHasTheNameInATag) {
  EXPECT_EQ(select_statement({.metric = "cpu", .last = 1s, .tags = {{"host", "a"}}, .single_measurement = true}),
            R"(SELECT * FROM "server_metrics" WHERE time > now() - 1000000000ns AND "metric_name" = 'cpu')"
            R"( AND "host" = 'a' GROUP BY *)");
}

TEST(ReadBackTable, HasAColumnForEveryTagAndFieldOfAnySeries) {
  const std::vector<InfluxSeries> series{
      {"cpu", {{"core", ""}, {"host", "a"}}, {"time", "avg", "count"}, {{std::int64_t{0}, 75.25, std::int64_t{6}}}},
      {"cpu",
       {{"core", "0"}, {"host", "a"}},
       {"time", "avg", "count", "p99"},
       {{std::int64_t{60'000'000'000}, 0.0001234567890123, std::int64_t{5}, std::monostate{}},
        {std::int64_t{120'000'000'000}, 1e20, std::int64_t{1}, 1.0 / 3}}}};
  const Table table = table_of(series, false);
  EXPECT_EQ(table.heading, (Row{"time", "core", "host", "avg", "count", "p99"}));
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[0], (Row{"1970-01-01T00:00:00.000Z", "", "a", "75.25", "6", ""}));
  EXPECT_EQ(table.rows[1], (Row{"1970-01-01T00:01:00.000Z", "0", "a", "0.0001234567890123", "5", ""}));
  EXPECT_EQ(table.rows[2], (Row{"1970-01-01T00:02:00.000Z", "0", "a", "1e+20", "1", "0.333"}));
}

TEST(ReadBackTable, ExactMeansAllDigits) {
  const std::vector<InfluxSeries> series{{"m", {}, {"time", "value"}, {{std::int64_t{0}, 1.0 / 3}}}};
  EXPECT_EQ(table_of(series, true).rows[0].back(), "0.3333333333333333");
}

TEST(ReadBackTable, OfNothingIsEmpty) { EXPECT_TRUE(table_of({}, false).rows.empty()); }

}  // namespace
}  // namespace metricstream::admin
