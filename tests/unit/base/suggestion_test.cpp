#include "common/base/suggestion.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string_view>
#include <vector>

namespace metricstream {
namespace {

// Optimal string alignment by its recursive definition.
std::size_t distance_by_definition(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.size() + b.size();
  std::size_t best = distance_by_definition(a.substr(1), b.substr(1)) + (a[0] == b[0] ? 0U : 1U);
  best = std::min(best, distance_by_definition(a.substr(1), b) + 1);
  best = std::min(best, distance_by_definition(a, b.substr(1)) + 1);
  if (a.size() > 1 && b.size() > 1 && a[0] == b[1] && a[1] == b[0]) {
    best = std::min(best, distance_by_definition(a.substr(2), b.substr(2)) + 1);
  }
  return best;
}

TEST(Suggest, FindsTypingErrors) {
  const std::vector<std::string> keys{"listen", "threads", "limits", "timeouts", "log"};
  EXPECT_EQ(suggest("listn", keys), "listen");
  EXPECT_EQ(suggest("theards", keys), "threads");
  EXPECT_EQ(suggest("lgo", keys), "log");
  EXPECT_EQ(suggest("limit", keys), "limits");
  EXPECT_EQ(suggest("database", keys), std::nullopt);
  EXPECT_EQ(suggest("x", {}), std::nullopt);
}

TEST(Suggest, GivesTheFirstNearestWithinItsLimitAndNothingBeyond) {
  std::mt19937 random(6);
  const auto any_word = [&] {
    std::string out;
    for (auto length = 1 + random() % 6; length > 0; --length) out += static_cast<char>('a' + random() % 3);
    return out;
  };
  for (int i = 0; i < 500; ++i) {
    const std::string word = any_word();
    const std::vector<std::string> candidates{any_word(), any_word(), any_word()};
    std::optional<std::string> expected;
    std::size_t best = std::clamp<std::size_t>(word.size() / 3, 1, 3) + 1;
    for (const std::string& candidate : candidates) {
      const std::size_t distance = distance_by_definition(word, candidate);
      if (distance >= best) continue;
      best = distance;
      expected = candidate;
    }
    ASSERT_EQ(suggest(word, candidates), expected) << word;
  }
}

}  // namespace
}  // namespace metricstream
