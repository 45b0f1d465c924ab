#include "services/aggregator/fold/rule.hpp"

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <cstring>

#include <string>
#include <vector>

#include "tests/unit/aggregator/support/random.hpp"

namespace metricstream::fold {
namespace {

using test::Random;

Rule named(std::string glob) {
  Rule rule;
  rule.name_glob = std::move(glob);
  return rule;
}

TEST(Rule, MatchesNamesAsShellsDo) {
  Random random(1);
  const auto text = [&](const char* letters, std::uint64_t longest) {
    std::string out;
    for (std::uint64_t i = random.below(longest + 1); i > 0; --i) out += letters[random.below(std::strlen(letters))];
    return out;
  };
  int matches = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string glob = text("ab*?", 6);
    const std::string name = text("ab", 7);
    const bool expected = fnmatch(glob.c_str(), name.c_str(), 0) == 0;
    ASSERT_EQ(named(glob).matches(name, {}), expected) << glob << " " << name;
    matches += expected ? 1 : 0;
  }
  EXPECT_GT(matches, 1000);
}

TEST(Rule, NeedsEveryNamedTagToBeThereAndToMatch) {
  Rule rule;
  rule.tag_globs = {{"dc", "eu-*"}, {"host", "?"}};
  const auto matches = [&](std::vector<TagView> tags) { return rule.matches("any", tags); };
  EXPECT_TRUE(matches({{"dc", "eu-1"}, {"host", "a"}}));
  EXPECT_TRUE(matches({{"core", "3"}, {"dc", "eu-1"}, {"host", "a"}}));
  EXPECT_FALSE(matches({{"dc", "us-1"}, {"host", "a"}}));
  EXPECT_FALSE(matches({{"dc", "eu-1"}, {"host", "ab"}}));
  EXPECT_FALSE(matches({{"dc", "eu-1"}}));
  EXPECT_FALSE(matches({}));
}

TEST(Rule, ByKeepsTheNamedTagsAndWithoutDropsThem) {
  const std::vector<TagView> tags{{"core", "1"}, {"dc", "eu"}, {"host", "a"}};
  Rule rule;
  rule.tags = {"host", "core", "absent"};
  EXPECT_EQ(rule.group_tags(tags), tags);
  rule.grouping = Grouping::by;
  EXPECT_EQ(rule.group_tags(tags), (std::vector<TagView>{{"core", "1"}, {"host", "a"}}));
  rule.grouping = Grouping::without;
  EXPECT_EQ(rule.group_tags(tags), (std::vector<TagView>{{"dc", "eu"}}));
  rule.grouping = Grouping::by;
  rule.tags = {};
  EXPECT_EQ(rule.group_tags(tags), (std::vector<TagView>{}));
}

TEST(RuleSet, LetsTheFirstMatchWinAndEndsWithTheDefault) {
  const RuleSet rules({named("cpu*"), named("c*"), named("d?")});
  EXPECT_EQ(rules.size(), 4U);
  EXPECT_EQ(rules.resolve("cpu.user", {}), 0U);
  EXPECT_EQ(rules.resolve("cache", {}), 1U);
  EXPECT_EQ(rules.resolve("dx", {}), 2U);
  EXPECT_EQ(rules.resolve("dxy", {}), 3U);
  const Rule& otherwise = rules.at(3);
  EXPECT_TRUE(otherwise.raw);
  EXPECT_FALSE(otherwise.drop);
  EXPECT_EQ(otherwise.grouping, Grouping::none);
}

}  // namespace
}  // namespace metricstream::fold
