#include "services/aggregator/fold/series_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/aggregator/support/random.hpp"

namespace metricstream::fold {
namespace {

using test::Random;
using Tags = std::vector<TagView>;

RuleSet grouping(Grouping how, std::vector<std::string> tags) {
  Rule rule;
  rule.name_glob = "g*";
  rule.grouping = how;
  rule.tags = std::move(tags);
  return RuleSet({rule});
}

TEST(SeriesTable, GivesOneNumberToASeriesForAsLongAsItIsHeld) {
  const RuleSet rules;
  SeriesTable table(rules, Layout::per_metric);
  const SeriesId a = table.acquire("c", "cpu", Tags{{"host", "a"}});
  EXPECT_EQ(table.acquire("c", "cpu", Tags{{"host", "a"}}), a);
  EXPECT_NE(table.acquire("c", "cpu", Tags{{"host", "b"}}), a);
  EXPECT_NE(table.acquire("d", "cpu", Tags{{"host", "a"}}), a);
  EXPECT_NE(table.acquire("c", "cpu", Tags{}), a);
  EXPECT_EQ(table.size(), 4U);
  table.release(a);
  EXPECT_EQ(table.acquire("c", "cpu", Tags{{"host", "a"}}), a) << "still held once";
}

TEST(SeriesTable, ReusesNumbersOfSeriesThatNobodyHolds) {
  const RuleSet rules = grouping(Grouping::by, {"host"});
  SeriesTable table(rules, Layout::per_metric);
  Random random(5);
  std::map<SeriesId, std::pair<std::string, int>> held;  // name, holders
  SeriesId highest = 0;
  for (int step = 0; step < 5000; ++step) {
    if (held.size() < 10 && random.chance(60)) {
      const std::string name = "g" + std::to_string(random.below(500));
      const SeriesId id = table.acquire("c", name, Tags{{"core", "1"}, {"host", "h"}});
      auto& [known, holders] = held[id];
      ASSERT_TRUE(holders == 0 || known == name) << "one number for two series";
      known = name;
      ++holders;
      highest = std::max(highest, id);
      ASSERT_EQ(table.series(id).key, "c\n" + name + ",core=1,host=h");
      ASSERT_EQ(table.group(table.series(id).group).key, "c\n" + name + ",host=h");
    } else if (!held.empty()) {
      const auto some = std::next(held.begin(), static_cast<std::ptrdiff_t>(random.below(held.size())));
      table.release(some->first);
      if (--some->second.second == 0) held.erase(some);
    }
    ASSERT_EQ(table.size(), held.size());
  }
  EXPECT_LT(highest, 12U);
}

TEST(SeriesTable, AHandleIsAliveAsLongAsItsSeriesIsHeldAndNeverForAnother) {
  const RuleSet rules;
  SeriesTable table(rules, Layout::per_metric);
  EXPECT_FALSE(table.is_alive({}));
  const SeriesId a = table.acquire("c", "a", Tags{});
  const SeriesHandle handle = table.handle(a);
  EXPECT_TRUE(table.is_alive(handle));
  table.retain(a);
  table.release(a);
  EXPECT_TRUE(table.is_alive(handle));
  table.release(a);
  EXPECT_FALSE(table.is_alive(handle));
  const SeriesId b = table.acquire("c", "b", Tags{});
  ASSERT_EQ(b, a) << "the number is used again";
  EXPECT_FALSE(table.is_alive(handle));
  EXPECT_TRUE(table.is_alive(table.handle(b)));
}

TEST(SeriesTable, TwoRulesThatLeadToOneNameLeadToOneGroup) {
  Rule without;
  without.tag_globs = {{"core", "*"}};
  without.grouping = Grouping::without;
  without.tags = {"core"};
  const RuleSet rules({without});
  SeriesTable table(rules, Layout::per_metric);
  const SeriesId grouped = table.acquire("c", "cpu", Tags{{"core", "1"}, {"host", "a"}});
  const SeriesId plain = table.acquire("c", "cpu", Tags{{"host", "a"}});
  EXPECT_NE(table.state(grouped).rule, table.state(plain).rule);
  EXPECT_EQ(table.series(grouped).group, table.series(plain).group);
  EXPECT_NE(table.series(grouped).raw_group, table.series(plain).raw_group);
  table.release(grouped);
  EXPECT_EQ(table.output_series(table.series(plain).group, table.attributes_id({})), "cpu,client_id=c,host=a");
}

TEST(SeriesTable, ASamplesOwnTagWinsOverAnAttribute) {
  const RuleSet rules = grouping(Grouping::by, {"host"});
  SeriesTable table(rules, Layout::per_metric);
  const AttributesId eu = table.attributes_id({{"dc", "eu"}, {"rack", "r1"}});
  const AttributesId us = table.attributes_id({{"dc", "us"}, {"client_id", "forged"}});
  EXPECT_NE(eu, us);
  EXPECT_EQ(table.attributes_id({{"dc", "eu"}, {"rack", "r1"}}), eu);
  const SeriesId own = table.acquire("c", "cpu", Tags{{"dc", "mine"}, {"host", "a"}});
  EXPECT_EQ(table.output_series(table.series(own).group, eu), "cpu,client_id=c,dc=mine,host=a,rack=r1");
  EXPECT_EQ(table.output_series(table.series(own).group, us), "cpu,client_id=c,dc=mine,host=a");
  EXPECT_EQ(table.output_series(table.series(own).group, eu), "cpu,client_id=c,dc=mine,host=a,rack=r1");
  // The group has no tag `dc` of its own any more, so the attribute stands.
  const SeriesId grouped = table.acquire("c", "g", Tags{{"dc", "mine"}, {"host", "a"}});
  EXPECT_EQ(table.output_series(table.series(grouped).group, eu), "g,client_id=c,dc=eu,host=a,rack=r1");
  EXPECT_EQ(table.output_series(table.series(grouped).raw_group, eu), "g,client_id=c,dc=mine,host=a,rack=r1");
}

TEST(SeriesTable, TheSingleLayoutPutsTheNameIntoATag) {
  const RuleSet rules;
  SeriesTable table(rules, Layout::single);
  const SeriesId id = table.acquire("c", "cpu load", Tags{{"host", "a"}});
  EXPECT_EQ(table.output_series(table.series(id).group, table.attributes_id({{"dc", "eu"}})),
            "server_metrics,client_id=c,dc=eu,host=a,metric_name=cpu\\ load");
}

TEST(SeriesTable, TheSingleLayoutKeepsSeriesApartThatHaveATagMetricNameThemselves) {
  const RuleSet rules;
  SeriesTable table(rules, Layout::single);
  const AttributesId forged = table.attributes_id({{"metric_name", "forged"}});
  std::set<std::string> written;
  for (const char* const name : {"a", "b"}) {
    for (const Tags& tags : {Tags{}, Tags{{"metric_name", "a"}}, Tags{{"metric_name", "b"}}}) {
      const SeriesId id = table.acquire("c", name, tags);
      written.insert(table.output_series(table.series(id).group, forged));
    }
  }
  EXPECT_EQ(written.size(), 6U);
  EXPECT_TRUE(written.contains("server_metrics,_metric_name=b,client_id=c,metric_name=a"));
}

TEST(SeriesTable, NoTwoSeriesAreWrittenAsOne) {
  for (const Layout layout : {Layout::per_metric, Layout::single}) {
    const RuleSet rules;
    SeriesTable table(rules, layout);
    Random random(6);
    const auto word = [&random] {
      std::string out;
      for (std::uint64_t i = 1 + random.below(3); i > 0; --i) out += "a,= b"[random.below(5)];
      return out;
    };
    std::map<std::string, std::string> series_by_text;
    for (int i = 0; i < 3000; ++i) {
      std::map<std::string, std::string> tags;
      for (std::uint64_t n = random.below(3); n > 0; --n) tags[word()] = word();
      const std::string name = word();
      const std::string client = random.chance(50) ? "c" : "d";
      const SeriesId id = table.acquire(client, name, Tags(tags.begin(), tags.end()));
      std::string identity = client;
      identity.append("\1").append(name);
      for (const auto& [key, value] : tags) identity.append("\1").append(key).append("\2").append(value);
      const std::string text = table.output_series(table.series(id).group, table.attributes_id({}));
      ASSERT_EQ(series_by_text.try_emplace(text, identity).first->second, identity) << text;
    }
    EXPECT_GT(series_by_text.size(), 1000U);
  }
}

}  // namespace
}  // namespace metricstream::fold
