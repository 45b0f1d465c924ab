#include "common/config/environment.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/config/fixture.hpp"

namespace metricstream::config::test {
namespace {

std::string expanded(std::string_view text) {
  const auto result = expand(text, environment({{"A", "one"}, {"EMPTY", ""}, {"TRICK", "${A}: [x, $$]"}}));
  return result ? *result : "error: " + result.error().message;
}

TEST(Expand, ReplacesVariablesWhereverTheyStand) {
  EXPECT_EQ(expanded("${A}"), "one");
  EXPECT_EQ(expanded("x${A}y${A}"), "xoneyone");
  EXPECT_EQ(expanded("${EMPTY}"), "");
  EXPECT_EQ(expanded("plain"), "plain");
  EXPECT_EQ(expanded(""), "");
}

TEST(Expand, TakesTheDefaultWhenUnsetOrEmpty) {
  EXPECT_EQ(expanded("${B:-two}"), "two");
  EXPECT_EQ(expanded("${EMPTY:-two}"), "two");
  EXPECT_EQ(expanded("${A:-two}"), "one");
  EXPECT_EQ(expanded("${B:-}"), "");
  EXPECT_EQ(expanded("${B:-http://x:1/}"), "http://x:1/");
}

TEST(Expand, RefusesWhatIsMissingAndSaysTheVariable) {
  EXPECT_EQ(expanded("a ${B}"), "error: environment variable B is not set (${B:-default} gives one a default)");
  EXPECT_EQ(expanded("${B:?give it the key}"), "error: environment variable B is not set: give it the key");
  EXPECT_EQ(expanded("${EMPTY:?give it the key}"), "error: environment variable EMPTY is not set: give it the key");
}

TEST(Expand, LeavesEveryOtherDollarAlone) {
  EXPECT_EQ(expanded("$A"), "$A");
  EXPECT_EQ(expanded("cost: 5$"), "cost: 5$");
  EXPECT_EQ(expanded("$$"), "$");
  EXPECT_EQ(expanded("$${A}"), "${A}");
  EXPECT_EQ(expanded("$$$$${A}"), "$$one");
}

TEST(Expand, NeverExpandsAValueAgain) { EXPECT_EQ(expanded("${TRICK}"), "${A}: [x, $$]"); }

TEST(Expand, RefusesBrokenReferences) {
  for (const char* text : {"${", "${A", "${}", "${1A}", "${A B}", "${A:+x}", "${A:}", "${A-x}", "${${A}}"}) {
    EXPECT_TRUE(expanded(text).starts_with("error: ")) << text << " gave " << expanded(text);
  }
}

TEST(Expand, DoublingDollarsKeepsAnyText) {
  for (const char* text : {"$", "$$", "${A}", "a$b$$c${", "$}{$"}) {
    std::string doubled;
    for (const char* c = text; *c != '\0'; ++c) doubled.append(*c == '$' ? 2 : 1, *c);
    EXPECT_EQ(expanded(doubled), text);
  }
}

}  // namespace
}  // namespace metricstream::config::test
