// Results over several series, and series that more than one rule brings into one group.
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "tests/unit/aggregator/support/script.hpp"

namespace metricstream::fold::test {
namespace {

LoggedSample tagged(double seconds, double value, Tags tags) {
  LoggedSample out = gauge(seconds, value);
  out.tags = std::move(tags);
  return out;
}

std::vector<Field> fields(std::initializer_list<const char*> names) {
  std::vector<Field> out;
  for (const char* const name : names) out.push_back(*parse_field(name));
  return out;
}

// Series with a tag `core` lose it and get sum and max; the others keep count and sum, and have small windows too.
FoldSettings two_rules_to_one_group() {
  FoldSettings out;
  out.windows = {{10 * kSecond, kSecond}, {kMinute, kSecond}};
  std::vector<Rule> rules(2);
  rules[0].tag_globs = {{"core", "*"}};
  rules[0].grouping = Grouping::without;
  rules[0].tags = {"core"};
  rules[0].fields = fields({"sum", "max"});
  rules[0].sizes = {kMinute};
  rules[1].fields = fields({"count", "sum"});
  out.rules = RuleSet(std::move(rules));
  return out;
}

TEST(Grouping, ValuesAreOrderedByTimeThenSeriesThenValue) {
  FoldSettings settings;
  Rule rule;
  rule.grouping = Grouping::by;
  rule.fields = fields({"first", "last"});
  settings.rules = RuleSet({rule});
  Script script(settings);
  LoggedSample low = sample(MetricType::histogram, 10, 5);
  low.tags = {{"core", "a"}};
  LoggedSample high = low;
  high.value = 9;
  script.batch(30, {tagged(10, 7, {{"core", "b"}}), high, low, tagged(10, 1, {{"core", "c"}})});
  script.tick(80);
  EXPECT_EQ(*script.result(0), (FieldMap{{"first", 5}, {"last", 1}}));
}

TEST(Grouping, AWindowHasTheFieldsOfEveryRuleAmongItsOwnSeries) {
  Script script(two_rules_to_one_group());
  script.batch(50, {tagged(10, 1, {{"core", "0"}}), tagged(11, 2, {})});
  script.batch(70, {tagged(65, 3, {})});
  script.tick(130);
  EXPECT_EQ(*script.result(0), (FieldMap{{"count", 2}, {"sum", 3}, {"max", 2}}));
  EXPECT_EQ(*script.result(60), (FieldMap{{"count", 1}, {"sum", 3}}));
}

// InfluxDB merges fields: one that a revision left out would keep its old value.
TEST(Grouping, NoRevisionLeavesOutAFieldThatWasWrittenBefore) {
  for (const bool first_rule_first : {false, true}) {
    Script script(two_rules_to_one_group());
    const LoggedSample first = tagged(10, 1, {{"core", "0"}});
    const LoggedSample second = tagged(11, 2, {});
    script.batch(20, {first_rule_first ? first : second});
    script.tick(70);
    const FieldMap before = script.result(0).value();
    EXPECT_EQ(before, (first_rule_first ? FieldMap{{"sum", 1}, {"max", 1}} : FieldMap{{"count", 1}, {"sum", 2}}));
    script.batch(80, {first_rule_first ? second : first});
    script.tick(200);
    EXPECT_EQ(script.result(0).value(), (FieldMap{{"count", 2}, {"sum", 3}, {"max", 2}}));
  }
}

TEST(Grouping, AnIncreaseThatOneRuleNamesAndAnotherImpliesIsWrittenOnce) {
  FoldSettings settings = two_rules_to_one_group();
  Rule naming = settings.rules.at(0);
  naming.fields = fields({"increase"});
  settings.rules = RuleSet({naming});
  Script script(settings);
  const auto sample_of = [](double seconds, double value, Tags tags) {
    LoggedSample out = counter(seconds, value);
    out.tags = std::move(tags);
    return out;
  };
  script.batch(50, {sample_of(10, 5, {}), sample_of(11, 8, {}), sample_of(12, 1, {{"core", "1"}})});
  script.tick(70);
  EXPECT_EQ(script.result(0)->at("increase"), 3);
  EXPECT_EQ(script.result(0)->at("count"), 3);
  for (const Written& written : script.recorder().written) {
    if (written.lane == 0) continue;
    EXPECT_EQ(std::ranges::count(written.fields, "increase", &std::pair<std::string_view, double>::first), 1);
  }
}

TEST(Grouping, ASeriesTakesPartInTheWindowsOfItsOwnRuleOnly) {
  Script script(two_rules_to_one_group());
  script.batch(50, {tagged(10, 1, {{"core", "0"}}), tagged(11, 2, {}), tagged(25, 4, {{"core", "0"}})});
  script.tick(80);
  EXPECT_EQ(*script.result(10, 10 * kSecond), (FieldMap{{"count", 1}, {"sum", 2}}));
  EXPECT_FALSE(script.result(20, 10 * kSecond)) << "only a series whose rule has no such window";
}

TEST(Grouping, DroppedSeriesAreCountedAndNothingElse) {
  FoldSettings settings;
  Rule rule;
  rule.drop = true;
  settings.rules = RuleSet({rule});
  Script script(settings);
  script.batch(50, {gauge(10, 1), gauge(10, 1)});
  script.tick(80);
  EXPECT_TRUE(script.recorder().written.empty());
  EXPECT_EQ(script.fold().account().dropped, 2U);
  EXPECT_EQ(script.fold().series_count(), 0U);
  EXPECT_EQ(script.fold().open_blocks(), 0U);
}

TEST(Grouping, NoRawPointsWhereTheRuleSaysSo) {
  FoldSettings settings;
  Rule rule;
  rule.raw = false;
  settings.rules = RuleSet({rule});
  Script script(settings);
  script.batch(50, {gauge(10, 1)});
  EXPECT_TRUE(script.recorder().written.empty());
  script.tick(80);
  EXPECT_EQ(script.recorder().written.size(), 1U);
}

}  // namespace
}  // namespace metricstream::fold::test
