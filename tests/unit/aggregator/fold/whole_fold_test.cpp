// The fold against the contract, on random logs.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/unit/aggregator/support/random.hpp"
#include "tests/unit/aggregator/support/recorder.hpp"
#include "tests/unit/aggregator/support/scenario.hpp"
#include "tests/unit/aggregator/support/truth.hpp"

namespace metricstream::fold::test {
namespace {

constexpr std::uint64_t kSeeds = 30;

struct FoldRun {
  explicit FoldRun(const Scenario& from)
      : scenario(from), log(from.log), recorder(from.settings), fold(from.settings, 3, recorder, {}) {}

  const Scenario& scenario;
  DecodedLog log;
  Recorder recorder;
  PartitionFold fold;

  void all() {
    for (std::size_t offset = 0; offset < log.size(); ++offset) {
      log.fold_into(fold, offset);
      if (offset % 7 == 0) fold.close(fold.next());
    }
    fold.close(fold.next());
  }
  [[nodiscard]] Contents store() const {
    Contents out;
    for (const Written& written : recorder.written) upsert(out, written);
    return out;
  }
};

TEST(WholeFold, WritesExactlyWhatTheContractSaysForEveryLog) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Scenario scenario = make_scenario(seed, {.very_late = seed % 2 == 0});
    FoldRun run(scenario);
    run.all();
    const Truth truth = truth_of(scenario.log, scenario.settings);
    ASSERT_EQ(difference(truth.points, run.store()), "") << "seed " << seed;
  }
}

TEST(WholeFold, AccountsForEverySampleOnce) {
  Truth sum;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Scenario scenario = make_scenario(seed);
    FoldRun run(scenario);
    run.all();
    const Account& account = run.fold.account();
    const Truth truth = truth_of(scenario.log, scenario.settings);
    ASSERT_EQ(account.samples, truth.samples) << "seed " << seed;
    ASSERT_EQ(account.counted, truth.counted) << "seed " << seed;
    ASSERT_EQ(account.duplicate, truth.duplicate) << "seed " << seed;
    ASSERT_EQ(account.replaced, truth.replaced) << "seed " << seed;
    ASSERT_EQ(account.dropped, truth.dropped) << "seed " << seed;
    ASSERT_EQ(account.late, 0U) << "seed " << seed << ": a sample came later than the clock assumption allows";
    ASSERT_EQ(account.samples, account.counted + account.duplicate + account.replaced + account.dropped);
    ASSERT_EQ(account.records, scenario.log.size());
    sum.duplicate += truth.duplicate;
    sum.replaced += truth.replaced;
    sum.dropped += truth.dropped;
  }
  // The logs hold what this test is about.
  EXPECT_GT(sum.duplicate, kSeeds * 100);
  EXPECT_GT(sum.replaced, kSeeds * 5);
  EXPECT_GT(sum.dropped, kSeeds * 10);
}

TEST(WholeFold, ForgetsEverythingInTheEnd) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Scenario scenario = make_scenario(seed);
    FoldRun run(scenario);
    run.all();
    EXPECT_EQ(run.fold.open_blocks(), 0U);
    EXPECT_EQ(run.fold.open_samples(), 0U);
    EXPECT_EQ(run.fold.key_count(), 0U);
    EXPECT_EQ(run.fold.series_count(), 0U);
    EXPECT_EQ(run.fold.replay_from(run.fold.next()), run.fold.next());
  }
}

// Stream time before each record, and after the last one.
std::vector<TimeNs> stream_times(const Scenario& scenario) {
  std::vector<TimeNs> out{0};
  for (const LoggedRecord& record : scenario.log) {
    const TimeNs says = std::min(record.append_time, record.accepted_at + scenario.settings.delivery_slack);
    out.push_back(std::max(out.back(), says));
  }
  return out;
}

TEST(WholeFold, WritesFirstResultsWhenDueAndLaterOnesOnlyAtRevisionTimes) {
  const Scenario scenario = make_scenario(77);
  FoldRun run(scenario);
  run.all();
  const std::vector<TimeNs> times = stream_times(scenario);
  const TimeNs interval = scenario.settings.revision_interval;
  const TimeNs shift = interval / scenario.settings.partitions * 3;
  std::map<PointName, std::uint32_t> revisions;
  for (const Written& written : run.recorder.written) {
    const auto offset = static_cast<std::size_t>(written.cause.offset);
    ASSERT_EQ(written.cause.stream_time, times[offset]);
    if (written.lane == 0) continue;
    const TimeNs due = written.name.time + written.name.size + scenario.settings.windows[written.lane - 1].grace;
    const TimeNs before = times[offset];
    const TimeNs after = times[offset + 1];
    ASSERT_EQ(written.revision, ++revisions[written.name]);
    if (before < due) {
      EXPECT_GE(after, due) << "written before it was due";
      EXPECT_EQ(written.revision, 1U);
    } else {
      EXPECT_GT((after - shift) / interval, (before - shift) / interval) << "a revision outside the revision times";
    }
  }
}

TEST(WholeFold, EveryResultIsAFunctionOfTheLogBeforeIt) {
  const Scenario scenario = make_scenario(5, {.active = 60 * kSecond});
  FoldRun run(scenario);
  run.all();
  Random random(5);
  int checked = 0;
  for (const Written& written : run.recorder.written) {
    if (written.lane == 0 || !random.chance(8)) continue;
    const auto prefix = std::span(scenario.log).first(static_cast<std::size_t>(written.cause.offset));
    const Truth truth = truth_of(prefix, scenario.settings);
    ASSERT_TRUE(truth.points.contains(written.name));
    Contents actual;
    upsert(actual, written);
    EXPECT_EQ(difference({{written.name, truth.points.at(written.name)}}, actual), "");
    ++checked;
  }
  EXPECT_GT(checked, 20);
}

}  // namespace
}  // namespace metricstream::fold::test
