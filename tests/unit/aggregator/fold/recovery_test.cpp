// Crashes, commits and replays of one partition: the store ends as if nothing had happened.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/unit/aggregator/support/lives.hpp"

namespace metricstream::fold::test {
namespace {

constexpr ScenarioOptions kShort{.active = 90 * kSecond};
// As with the defaults, a batch can be repeated for longer than `increase` looks back.
constexpr ScenarioOptions kLate{
    .active = 90 * kSecond, .very_late = true, .repeat_window = 80 * kSecond, .predecessor_window = 10 * kSecond};

// METRICSTREAM_SEEDS asks for a longer run.
std::uint64_t seeds(std::uint64_t usual) {
  const char* const wanted = std::getenv("METRICSTREAM_SEEDS");
  return wanted == nullptr ? usual : std::stoull(wanted);
}

TEST(Recovery, NothingIsLostOrDoubledHoweverOftenTheOwnerCrashes) {
  std::uint64_t crashes = 0;
  std::uint64_t replayed = 0;
  for (std::uint64_t seed = 1; seed <= seeds(300); ++seed) {
    const Scenario scenario = make_scenario(seed, seed % 3 == 0 ? kLate : kShort);
    Lives lives(seed, scenario);
    ASSERT_EQ(lives.run(), "") << "seed " << seed;
    crashes += lives.crashes();
    replayed += lives.replayed();
  }
  EXPECT_GT(crashes, 2 * seeds(300)) << "the logs were hardly interrupted";
  EXPECT_GT(replayed, 200 * seeds(300));
}

// The seed of the first run in which a wrong aggregator is noticed; 0 when it never is.
std::uint64_t first_noticed(Mistake mistake, std::uint64_t last) {
  ScenarioOptions options = kLate;
  if (mistake == Mistake::forgets_closed_blocks) {  // the keys must not keep B low for another reason
    options.predecessor_window = 60 * kSecond;
    options.repeat_window = 5 * kSecond;
    options.active = 500 * kSecond;
  }
  for (std::uint64_t seed = 1; seed <= last; ++seed) {
    const Scenario scenario = make_scenario(seed, options);
    if (!Lives(seed, scenario, mistake).run().empty()) return seed;
  }
  return 0;
}

TEST(Recovery, IsCheckedWellEnoughToNoticeOpenBlocksThatAreNotReadAgain) {
  EXPECT_NE(first_noticed(Mistake::begins_at_n, 20), 0U);
}

TEST(Recovery, IsCheckedWellEnoughToNoticeKeysThatAreNotReadAgain) {
  EXPECT_NE(first_noticed(Mistake::ignores_key_pins, 300), 0U);
}

TEST(Recovery, IsCheckedWellEnoughToNoticeBlocksClosedBeforeTheirResultsAreDurable) {
  EXPECT_NE(first_noticed(Mistake::closes_unsettled, 300), 0U);
}

TEST(Recovery, IsCheckedWellEnoughToNoticeACommitOfWhatIsNotDurable) {
  EXPECT_NE(first_noticed(Mistake::claims_undurable, 20), 0U);
}

TEST(Recovery, IsCheckedWellEnoughToNoticeAForgottenStreamTime) {
  EXPECT_NE(first_noticed(Mistake::forgets_stream_time, 100), 0U);
}

TEST(Recovery, IsCheckedWellEnoughToNoticeClosedBlocksThatAreNotReadAgain) {
  EXPECT_NE(first_noticed(Mistake::forgets_closed_blocks, 300), 0U);
}

}  // namespace
}  // namespace metricstream::fold::test
