#include "common/base/glob.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace metricstream {
namespace {

// The definition, word by word.
bool matches_by_definition(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (matches_by_definition(pattern.substr(1), text.substr(skip))) return true;
    }
    return false;
  }
  const bool first = !text.empty() && (pattern.front() == '?' || pattern.front() == text.front());
  return first && matches_by_definition(pattern.substr(1), text.substr(1));
}

std::vector<std::string> all_words(std::string_view letters, std::size_t longest) {
  std::vector<std::string> out{""};
  for (std::size_t begin = 0, length = 0; length < longest; ++length) {
    const std::size_t end = out.size();
    for (std::size_t i = begin; i < end; ++i) {
      for (const char letter : letters) out.push_back(out[i] + letter);
    }
    begin = end;
  }
  return out;
}

TEST(Glob, AgreesWithItsDefinitionOnAllShortPatternsAndTexts) {
  const auto texts = all_words("ab", 5);
  for (const std::string& pattern : all_words("ab*?", 5)) {
    for (const std::string& text : texts) {
      ASSERT_EQ(glob_match(pattern, text), matches_by_definition(pattern, text)) << pattern << " on " << text;
    }
  }
}

TEST(Glob, MatchesMetricNames) {
  EXPECT_TRUE(glob_match("cpu.*", "cpu.usage.percent"));
  EXPECT_FALSE(glob_match("cpu.*", "cpu"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_FALSE(glob_match("cpu[0]", "cpu0"));  // brackets mean themselves
}

TEST(Glob, AHostilePatternEndsSoon) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  const std::string text(5'000, 'a');
  EXPECT_FALSE(glob_match(pattern + "b", text));  // a backtracking matcher would take longer than the universe
}

}  // namespace
}  // namespace metricstream
