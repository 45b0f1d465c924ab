// Attributes of records in the names of results: what is written under one name is computed together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/unit/aggregator/support/script.hpp"

namespace metricstream::fold::test {
namespace {

using ::testing::ElementsAre;

LoggedSample tagged(double seconds, double value, Tags tags) {
  LoggedSample out = gauge(seconds, value);
  out.tags = std::move(tags);
  return out;
}

void send(Script& script, double seconds, Tags attributes, std::vector<LoggedSample> samples) {
  LoggedRecord record = batch_at(kStart + Script::to_time(seconds), std::move(samples));
  record.attributes = std::move(attributes);
  script.record(record);
}

// The series that windows were written as.
std::vector<std::string> names(Script& script) {
  std::set<std::string> out;
  for (const Written& written : script.recorder().written) {
    if (written.lane > 0) out.insert(written.name.series);
  }
  return {out.begin(), out.end()};
}

FoldSettings with_fields(std::vector<const char*> wanted) {
  FoldSettings out;
  Rule rule;
  for (const char* const name : wanted) rule.fields.push_back(*parse_field(name));
  out.rules = RuleSet({rule});
  return out;
}

const Tags kEu{{"dc", "eu"}};

TEST(Attributes, AnOwnTagWinsOverAnAttributeOfItsName) {
  Script script;
  send(script, 20, kEu, {tagged(10, 1, {{"dc", "us"}}), tagged(10, 2, {})});
  script.tick(80);
  EXPECT_THAT(names(script), ElementsAre("m,client_id=c,dc=eu", "m,client_id=c,dc=us"));
}

TEST(Attributes, ASeriesWithTheTagAndOneThatGetsItAsAnAttributeAreOneResult) {
  for (const bool tag_first : {false, true}) {
    Script script(with_fields({"count", "sum", "last"}));
    const LoggedSample own = tagged(10, 1, kEu);
    const LoggedSample completed = tagged(11, 2, {});
    send(script, 20, kEu, {tag_first ? own : completed});
    send(script, 21, kEu, {tag_first ? completed : own});
    script.tick(80);
    EXPECT_THAT(names(script), ElementsAre("m,client_id=c,dc=eu"));
    EXPECT_EQ(script.result(0).value(), (FieldMap{{"count", 2}, {"sum", 3}, {"last", 2}}));
    EXPECT_EQ(script.revision(0), 1U) << "one result, not two that overwrite each other";
  }
}

TEST(Attributes, AllOfTheNamesThatMeetMeet) {
  const Tags both{{"dc", "eu"}, {"rack", "r1"}};
  Script script(with_fields({"count"}));
  send(script, 20, {{"rack", "r1"}}, {tagged(10, 1, kEu)});
  send(script, 21, kEu, {tagged(11, 1, {{"rack", "r1"}})});
  send(script, 22, {}, {tagged(12, 1, both)});
  send(script, 23, both, {tagged(13, 1, {})});
  send(script, 24, both, {tagged(14, 1, {{"dc", "us"}})});
  script.tick(80);
  EXPECT_THAT(names(script), ElementsAre("m,client_id=c,dc=eu,rack=r1", "m,client_id=c,dc=us,rack=r1"));
  std::vector<double> counts;
  for (const Written& written : script.recorder().written) {
    if (written.lane > 0) counts.push_back(written.fields.front().second);
  }
  EXPECT_THAT(counts, ElementsAre(4, 1));
}

// The attribute comes only later (another ingest host), when the series with the tag is long there.
TEST(Attributes, WhatCameBeforeTheAttributeWasKnownIsFoundToo) {
  Script script(with_fields({"count"}));
  send(script, 20, {}, {tagged(10, 1, kEu), tagged(10, 1, {{"host", "a"}})});
  send(script, 21, {{"env", "prod"}}, {tagged(10, 1, {{"host", "b"}})});
  send(script, 22, kEu, {tagged(11, 1, {})});
  script.tick(80);
  EXPECT_EQ(names(script).size(), 3U);
  std::size_t results = 0;
  for (const Written& written : script.recorder().written) results += written.lane > 0 ? 1 : 0;
  EXPECT_EQ(results, 3U);
}

TEST(Attributes, EachBlockGoesByItsOwnFirstRecord) {
  Script script(with_fields({"count"}));
  send(script, 20, kEu, {tagged(10, 1, {}), tagged(10, 1, kEu)});
  send(script, 80, {{"dc", "us"}}, {tagged(70, 1, {}), tagged(70, 1, kEu)});
  script.tick(140);
  std::vector<std::pair<std::string, double>> second;
  for (const Written& written : script.recorder().written) {
    if (written.lane > 0 && written.name.time == kStart + kMinute) {
      second.emplace_back(written.name.series, written.fields.front().second);
    }
  }
  EXPECT_EQ(script.result(0).value(), (FieldMap{{"count", 2}}));
  EXPECT_THAT(second, ::testing::UnorderedElementsAre(std::pair("m,client_id=c,dc=us", 1.0),
                                                      std::pair("m,client_id=c,dc=eu", 1.0)));
}

TEST(Attributes, ALateSampleOfTheOtherSeriesRevisesTheOneResult) {
  Script script(with_fields({"sum"}));
  send(script, 20, kEu, {tagged(10, 1, {})});
  script.tick(80);
  EXPECT_EQ(script.result(0).value(), (FieldMap{{"sum", 1}}));
  send(script, 90, kEu, {tagged(11, 5, kEu)});
  script.tick(200);
  EXPECT_EQ(script.result(0).value(), (FieldMap{{"sum", 6}}));
  EXPECT_EQ(script.revision(0), 2U);
}

TEST(Attributes, GroupsOfARuleMeetAsSeriesDo) {
  FoldSettings settings = with_fields({"count"});
  Rule rule = settings.rules.at(0);
  rule.grouping = Grouping::by;
  rule.tags = {"dc"};
  settings.rules = RuleSet({rule});
  Script script(settings);
  send(script, 20, kEu, {tagged(10, 1, {{"host", "a"}}), tagged(10, 1, {{"dc", "eu"}, {"host", "b"}})});
  script.tick(80);
  EXPECT_THAT(names(script), ElementsAre("m,client_id=c,dc=eu"));
  EXPECT_EQ(script.result(0).value(), (FieldMap{{"count", 2}}));
}

TEST(Attributes, NothingIsLeftOfSeriesThatMetWhenTheirBlocksAreForgotten) {
  FoldSettings settings;
  Script script(settings);
  send(script, 20, kEu, {tagged(10, 1, {}), tagged(10, 1, kEu)});
  script.tick(80);
  for (double seconds = 100; seconds < 3 * 3600; seconds += 100) script.tick(seconds);
  script.close();
  EXPECT_EQ(script.fold().series_count(), 0U);
  // The numbers of the groups are used again, for names that do not meet.
  send(script, 3 * 3600, {{"dc", "us"}}, {tagged(3 * 3600, 1, {}), tagged(3 * 3600, 1, kEu)});
  script.tick(3 * 3600 + 80);
  EXPECT_THAT(names(script), ElementsAre("m,client_id=c,dc=eu", "m,client_id=c,dc=us"));
}

}  // namespace
}  // namespace metricstream::fold::test
