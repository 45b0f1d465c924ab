#include <gtest/gtest.h>

#include "tests/unit/config/fixture.hpp"

namespace metricstream::config::test {
namespace {

TEST(ProblemPosition, AValidatorsPathStandsAtItsValue) {
  EXPECT_EQ(problems_of("http:\n  threads: 9\n"), "f.yaml:2:12: http.threads: too many for mode none\n");
  EXPECT_EQ(problems_of("rules:\n- match: a\n- match: bad\n"), "f.yaml:3:10: rules[1].match: never matches\n");
}

TEST(ProblemPosition, AMissingSettingStandsAtItsNearestParent) {
  EXPECT_EQ(problems_of("rules:\n  - match: a\n  - raw: false\n"),
            "f.yaml:3:5: rules[1].sizes: expected a size, since raw is off\n");
}

TEST(ProblemPosition, EveryEntryOfAGrowingListIsValidatedAtItsOwnPlace) {
  // Enough entries that the vector moved while it was read.
  std::string text = "rules:\n";
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    text += "  - raw: false\n    match: m" + std::to_string(i) + "\n";
    expected += "f.yaml:" + std::to_string(2 + 2 * i) + ":5: rules[" + std::to_string(i) +
                "].sizes: expected a size, since raw is off\n";
  }
  EXPECT_EQ(problems_of(text), expected);
}

TEST(ProblemPosition, AProblemOfTheWholeFileHasNoLine) {
  EXPECT_EQ((Problem{"f.yaml", 0, 0, "a.b", "wrong"}).text(), "f.yaml: a.b: wrong");
  EXPECT_EQ((Problem{"f.yaml", 3, 4, "", "wrong"}).text(), "f.yaml:3:4: wrong");
}

}  // namespace
}  // namespace metricstream::config::test
