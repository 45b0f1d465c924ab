// The field `increase`: what a counter grew by, over windows, blocks and resets.
#include <gtest/gtest.h>

#include "tests/unit/aggregator/support/script.hpp"

namespace metricstream::fold::test {
namespace {

TEST(Increase, AddsWhatEachReadingIsAboveTheOneBefore) {
  Script script;
  script.batch(50, {counter(0, 100), counter(10, 103), counter(20, 103), counter(30, 110)});
  script.tick(80);
  EXPECT_EQ(script.increase(0), 10);
}

TEST(Increase, IsNothingForTheFirstReadingEver) {
  Script script;
  script.batch(5, {counter(0, 100)});
  script.tick(80);
  EXPECT_EQ(script.increase(0), 0);
}

TEST(Increase, TakesTheReadingBeforeTheWindowFromTheBlockBefore) {
  Script script;
  script.batch(61, {counter(50, 100), counter(60, 130)});
  script.tick(140);
  EXPECT_EQ(script.increase(60), 30);
}

TEST(Increase, AFallIsARestartOfTheCounterAndCountsTheNewValue) {
  Script script;
  script.batch(61, {counter(10, 100), counter(20, 7), counter(30, 9), counter(60, 4)});
  script.tick(140);
  EXPECT_EQ(script.increase(0), 7 + 2);
  EXPECT_EQ(script.increase(60), 4);
}

TEST(Increase, LooksBackFiveMinutesAndNoFurther) {
  Script script;
  script.batch(400, {counter(30, 100), counter(330, 150)});
  script.tick(500);
  EXPECT_EQ(script.increase(300), 50) << "exactly five minutes";
  Script later;
  later.batch(400, {counter(30, 100), counter(330.000001, 150)});
  later.tick(500);
  EXPECT_EQ(later.increase(300), 0) << "a microsecond too far";
}

TEST(Increase, OfAGapInsideAWindowIsNothing) {
  FoldSettings settings;
  settings.windows = {{10 * kMinute, 10 * kSecond}};
  Script script(settings);
  // The block of ten minutes began four minutes before the start.
  script.batch(350, {counter(0, 1), counter(10, 3), counter(320, 50), counter(330, 51)});
  script.tick(400);
  EXPECT_EQ(script.result(-240, 10 * kMinute).value().at("increase"), 2 + 1);
}

TEST(Increase, ALateReadingRevisesItsSuccessorsWindow) {
  Script script;
  script.batch(131, {counter(10, 100), counter(130, 190)});
  script.tick(210);
  EXPECT_EQ(script.increase(120), 90);
  script.batch(220, {counter(50, 160)});  // the windows of 0 s and 120 s are written again
  script.tick(300);
  EXPECT_EQ(script.increase(0), 60);
  EXPECT_EQ(script.increase(120), 30);
  EXPECT_EQ(script.revision(120), 2U);
}

TEST(Increase, ACorrectedReadingRevisesItsSuccessorsWindow) {
  Script script;
  script.batch(70, {counter(59, 100), counter(61, 110)});
  script.tick(140);
  script.batch(150, {counter(59, 105)});
  script.tick(200);
  EXPECT_EQ(script.increase(60), 5);
  EXPECT_EQ(script.revision(60), 2U);
}

TEST(Increase, ALateReadingBehindAnotherLeavesTheNextWindowAlone) {
  Script script;
  script.batch(70, {counter(59, 100), counter(61, 110)});
  script.tick(140);
  script.batch(150, {counter(40, 90)});
  script.tick(200);
  EXPECT_EQ(script.revision(0), 2U);
  EXPECT_EQ(script.revision(60), 1U);
}

TEST(Increase, OfSmallWindowsIsRevisedWhereTheSuccessorLies) {
  FoldSettings settings;
  settings.windows = {{10 * kSecond, kSecond}, {kMinute, kSecond}};
  Script script(settings);
  script.batch(40, {counter(1, 100), counter(35, 150)});
  script.tick(65);
  EXPECT_EQ(script.result(30, 10 * kSecond).value().at("increase"), 50);
  script.batch(66, {counter(15, 120)});
  script.tick(125);
  EXPECT_EQ(script.result(30, 10 * kSecond).value().at("increase"), 30);
  EXPECT_EQ(script.result(10, 10 * kSecond).value().at("increase"), 20);
  EXPECT_EQ(script.revision(30, 10 * kSecond), 2U);
  EXPECT_EQ(script.revision(0, 10 * kSecond), 1U) << "nothing before the late reading has changed";
}

TEST(Increase, GaugesHaveNone) {
  Script script;
  script.batch(5, {gauge(0, 100), gauge(1, 200)});
  script.tick(80);
  EXPECT_FALSE(script.result(0).value().contains("increase"));
}

TEST(Increase, IsNotMeasuredAgainstTimesWhenTheSeriesWasAGauge) {
  Script script;
  script.batch(61, {gauge(50, 100)});
  script.batch(62, {counter(60, 130), counter(61, 131)});
  script.tick(140);
  EXPECT_EQ(script.increase(60), 1);
}

TEST(Increase, OfAGroupIsTheSumOfItsCountersIncreases) {
  FoldSettings settings;
  Rule rule;
  rule.grouping = Grouping::by;
  settings.rules = RuleSet({rule});
  Script script(settings);
  LoggedSample a = counter(10, 100);
  LoggedSample b = counter(20, 1000);
  a.tags = {{"core", "0"}};
  b.tags = {{"core", "1"}};
  LoggedSample a_later = a;
  LoggedSample b_later = b;
  a_later.time += 5 * kSecond;
  a_later.value = 101;
  b_later.time += 5 * kSecond;
  b_later.value = 3;  // restarted
  script.batch(30, {a, b, a_later, b_later});
  script.tick(80);
  EXPECT_EQ(script.increase(0), 1 + 3);
}

// A client whose clock runs ahead, or that sends no timestamps, has counters too.
TEST(Increase, CountsReadingsThatWerePlacedByTheirAcceptance) {
  Script script;
  for (const double at : {10.0, 20.0, 70.0}) {
    LoggedSample placed = counter(at, at * 10);
    placed.placement = at < 15 ? Placement::arrival : Placement::adjusted;
    placed.original = placed.time + kHour;
    script.batch(at, {placed});
  }
  script.tick(140);
  EXPECT_EQ(script.increase(0), 100);
  EXPECT_EQ(script.increase(60), 500);
}

// ------------------------------------------------------------------ closed blocks

// H of 10 s: a block is closed 130 s after its end.
FoldSettings short_horizon() {
  FoldSettings out;
  out.max_age = 10 * kSecond;
  return out;
}

TEST(Increase, ReadsClosedBlocksForFiveMinutes) {
  Script script(short_horizon());
  script.batch(50, {counter(50, 100)});
  script.tick(190);
  script.close();
  EXPECT_EQ(script.fold().closed_through(), kStart + kMinute);
  script.batch(300, {counter(299, 500)});
  script.close();
  script.tick(400);
  EXPECT_EQ(script.increase(240), 400) << "the closed block still is the predecessor's";
  EXPECT_EQ(script.fold().open_blocks(), 1U);
}

TEST(Increase, ALateReadingOfAClosedBlockIsReportedAndStillDirtiesItsSuccessor) {
  Script script(short_horizon());
  script.batch(61, {counter(50, 100), counter(61, 160)});
  script.tick(190);
  script.close();
  ASSERT_EQ(script.fold().closed_through(), kStart + kMinute);
  script.batch(191, {counter(55, 130)});
  ASSERT_EQ(script.recorder().late_samples.size(), 1U);
  EXPECT_EQ(script.recorder().late_samples[0], std::pair(std::int64_t{2}, std::string("c\nm")));
  EXPECT_EQ(script.fold().account().late, 1U);
  script.tick(245);
  EXPECT_EQ(script.increase(60), 30);
  EXPECT_EQ(script.revision(60), 2U);
  EXPECT_EQ(script.revision(0), 1U) << "nothing is written from a closed block";
}

TEST(Increase, ALateRepeatOfAReadingOfAClosedBlockIsADuplicate) {
  Script script(short_horizon());
  script.batch(61, {counter(50, 100), counter(61, 160)});
  script.tick(190);
  script.close();
  script.batch(191, {counter(50, 100)});
  EXPECT_EQ(script.fold().account().duplicate, 1U);
  EXPECT_EQ(script.fold().account().late, 0U);
}

TEST(Increase, ALateReadingBeyondTheClosedBlocksIsOnlyReported) {
  Script script(short_horizon());
  script.batch(50, {counter(50, 100)});
  script.tick(900);
  script.close();
  ASSERT_EQ(script.fold().series_count(), 0U);
  script.batch(901, {counter(51, 130)});
  EXPECT_EQ(script.fold().account().late, 1U);
  EXPECT_EQ(script.fold().series_count(), 0U);
}

// A repeat of a request must not undo a correction that came in between, in the first life as little as in a replay
// that reads a closed block again. (Keys once went when their block closed, and the replay took the repeat for new.)
TEST(Increase, IsTheSameAfterAReplayWhereARequestWasRepeatedAfterACorrection) {
  Script first(short_horizon());
  LoggedRecord keyed = batch_at(kStart + 50 * kSecond, {counter(50, 100)});
  keyed.key = LoggedKey{"key", "body"};
  first.record(keyed);
  first.batch(51, {counter(50, 105)});
  keyed.accepted_at = keyed.append_time = kStart + 52 * kSecond;
  first.record(keyed);
  EXPECT_EQ(first.fold().account().duplicate, 1U);
  first.batch(61, {counter(61, 160)});
  first.tick(190);
  first.close();
  ASSERT_EQ(first.fold().closed_through(), kStart + kMinute);

  const Position durable = first.fold().next();
  const Position begin = first.fold().replay_from(durable);
  EXPECT_EQ(begin.offset, 0);
  Script second(short_horizon(), {begin, durable.offset, first.fold().closed_through()});
  for (const LoggedRecord& record : first.log()) second.record(record);
  EXPECT_TRUE(second.recorder().written.empty());
  for (Script* const script : {&first, &second}) {
    script->batch(195, {counter(62, 170)});
    script->tick(245);
    EXPECT_EQ(script->increase(60), 55 + 10);
  }
}

}  // namespace
}  // namespace metricstream::fold::test
