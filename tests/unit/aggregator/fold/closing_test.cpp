// When blocks and keys are forgotten, and from where a successor must read.
#include <gtest/gtest.h>

#include "tests/unit/aggregator/support/script.hpp"

namespace metricstream::fold::test {
namespace {

FoldSettings plain() {  // G = 77 min
  FoldSettings out;
  out.predecessor_window = 0;
  return out;
}
constexpr double kHorizon = 77 * 60;

TEST(Closing, WaitsForTheHorizonBehindTheBlocksEnd) {
  Script script(plain());
  script.batch(10, {gauge(5, 1)});
  script.tick(60 + kHorizon - 1);
  script.close();
  EXPECT_EQ(script.fold().closed_through(), kStart) << "up to the block, not past it";
  EXPECT_EQ(script.fold().open_blocks(), 1U);
  script.tick(60 + kHorizon);
  script.close();
  EXPECT_EQ(script.fold().closed_through(), kStart + kMinute);
  EXPECT_EQ(script.fold().open_blocks(), 0U);
  EXPECT_EQ(script.fold().series_count(), 0U);
}

TEST(Closing, GoesByTheStreamTimeAtTheDurablePosition) {
  Script script(plain());
  script.batch(10, {gauge(5, 1)});
  script.tick(90);
  const Position durable = script.fold().next();  // all outputs so far
  script.tick(60 + kHorizon);
  script.fold().close(durable);
  EXPECT_EQ(script.fold().open_blocks(), 1U) << "at n nothing could be closed yet";
}

TEST(Closing, WaitsUntilTheBlocksResultsAreDurable) {
  Script script(plain());
  script.batch(10, {gauge(5, 1)});
  script.tick(90);  // the result is caused by record 1
  script.tick(60 + kHorizon);
  Position durable = script.fold().next();
  durable.offset = 1;
  script.fold().close(durable);
  EXPECT_EQ(script.fold().open_blocks(), 1U);
  durable.offset = 2;
  script.fold().close(durable);
  EXPECT_EQ(script.fold().open_blocks(), 0U);
}

TEST(Closing, WaitsUntilALateChangeIsWritten) {
  FoldSettings settings = plain();
  settings.revision_interval = 10 * kMinute;  // at 76 and 86 minutes
  Script script(settings);
  script.batch(10, {gauge(5, 1)});
  script.tick(76.5 * 60);
  script.batch(59 + kHorizon, {gauge(6, 1)});
  script.tick(60 + kHorizon);
  ASSERT_EQ(script.revision(0), 1U);
  script.close();
  EXPECT_EQ(script.fold().open_blocks(), 1U) << "its change is not written yet";
  script.tick(86 * 60.0);
  EXPECT_EQ(script.revision(0), 2U);
  const Position before_revision{4, script.fold().next().stream_time};
  script.fold().close(before_revision);
  EXPECT_EQ(script.fold().open_blocks(), 1U) << "the revision is not durable yet";
  script.close();
  EXPECT_EQ(script.fold().open_blocks(), 0U);
}

TEST(Closing, HappensOnlyInOrder) {
  Script script(plain());
  script.batch(70, {gauge(5, 1), gauge(65, 1)});
  script.tick(200);
  script.batch(59 + kHorizon, {gauge(6, 1)});  // block 0 has news; block 1 is settled
  script.tick(59.9 + kHorizon);
  const Position durable{2, kStart + Script::to_time(300 + kHorizon)};
  script.fold().close(durable);
  EXPECT_EQ(script.fold().closed_through(), kStart);
  EXPECT_EQ(script.fold().open_blocks(), 2U);
}

TEST(Closing, NeverGoesBack) {
  Script script(plain());
  script.tick(2 * kHorizon);
  script.close();
  const TimeNs closed = script.fold().closed_through();
  EXPECT_EQ(closed, floor_to(kStart + Script::to_time(kHorizon), kMinute));
  script.fold().close({0, 0});
  EXPECT_EQ(script.fold().closed_through(), closed);
  script.batch(kHorizon, {gauge(kHorizon + 120, 1)});
  script.close();
  EXPECT_EQ(script.fold().closed_through(), closed);
}

TEST(ReplayFrom, IsTheFirstRecordOfTheOldestOpenBlockAndTheTimeBeforeIt) {
  Script script(plain());
  script.tick(1);
  script.batch(10, {gauge(5, 1)});
  script.batch(70, {gauge(66, 1)});
  script.tick(300);
  EXPECT_EQ(script.fold().replay_from(script.fold().next()), (Position{1, kStart + kSecond}));
  script.tick(60 + kHorizon);
  script.close();
  EXPECT_EQ(script.fold().replay_from(script.fold().next()), (Position{2, kStart + 10 * kSecond}));
}

TEST(ReplayFrom, IsNeverAboveTheDurablePosition) {
  Script script(plain());
  script.tick(1);
  script.tick(2);
  EXPECT_EQ(script.fold().replay_from({1, kStart + kSecond}), (Position{1, kStart + kSecond}));
}

TEST(ReplayFrom, CoversKeysOfSamplesPlacedByAcceptanceForTheRepeatWindow) {
  Script script(plain());
  LoggedSample placed = gauge(5, 1);
  placed.placement = Placement::arrival;
  LoggedRecord record = batch_at(kStart + 5 * kSecond, {placed});
  record.key = LoggedKey{"k", "b"};
  script.record(record);
  EXPECT_EQ(script.fold().key_count(), 1U);
  // The block of 5 s + 10 min + 60 s + 60 s ends at 13 min.
  script.tick(13 * 60 + kHorizon - 1);
  script.close();
  EXPECT_EQ(script.fold().open_blocks(), 0U);
  EXPECT_EQ(script.fold().replay_from(script.fold().next()).offset, 0);
  script.tick(13 * 60 + kHorizon);
  script.close();
  EXPECT_EQ(script.fold().key_count(), 0U);
  EXPECT_EQ(script.fold().replay_from(script.fold().next()), script.fold().next());
}

TEST(ReplayFrom, CoversReadingsWhoseTimestampWasReplacedThoughTheirBatchHasNoKey) {
  Script script(plain());
  LoggedSample adjusted = gauge(5, 1);
  adjusted.placement = Placement::adjusted;
  adjusted.original = kStart + 10 * kMinute;
  script.batch(5, {adjusted});
  script.tick(60 + kHorizon);
  script.close();
  ASSERT_EQ(script.fold().open_blocks(), 0U);
  EXPECT_EQ(script.fold().replay_from(script.fold().next()).offset, 0);
}

// A repeat may show indexes that another host had refused the first time; they may be newer than the first record.
TEST(ReplayFrom, CoversTheIndexesThatARepeatShowedFirst) {
  Script script(plain());
  LoggedRecord request = batch_at(kStart + 5 * kSecond, {sample(MetricType::histogram, 5, 1)});
  request.key = LoggedKey{"k", "b"};
  script.record(request);
  LoggedSample newer = sample(MetricType::histogram, 130, 2);
  newer.index = 1;
  request.accepted_at = request.append_time = kStart + 100 * kSecond;
  request.samples.push_back(newer);
  script.record(request);
  EXPECT_EQ(script.fold().account().counted, 2U);
  script.tick(60 + kHorizon);  // the first record's block is closed, but not the newer observation's
  script.close();
  ASSERT_EQ(script.fold().closed_through(), kStart + kMinute);
  ASSERT_EQ(script.fold().key_count(), 1U);
  script.record(request);
  EXPECT_EQ(script.fold().account().counted, 2U);
  EXPECT_EQ(script.fold().account().duplicate, 3U);
}

TEST(ReplayFrom, IsNotHeldBackByRequestsThatAreRepeatedForEver) {
  Script script(plain());
  LoggedSample placed = gauge(0, 1);
  placed.placement = Placement::arrival;
  for (int i = 0; i < 200; ++i) {
    LoggedRecord record = batch_at(kStart + i * kMinute, {placed});
    record.samples[0].time = record.accepted_at;
    record.key = LoggedKey{"k", "b"};
    script.record(record);
    script.close();
  }
  EXPECT_GT(script.fold().replay_from(script.fold().next()).offset, 50);
}

TEST(Replay, RebuildsTheStateWithoutWritingAnything) {
  Script first(plain());
  first.batch(10, {gauge(5, 1), gauge(6, 3)});
  first.tick(90);
  Script second(plain(), {{0, 0}, 2, 0});
  EXPECT_TRUE(second.fold().replaying());
  for (const LoggedRecord& record : first.log()) second.record(record);
  EXPECT_FALSE(second.fold().replaying());
  EXPECT_TRUE(second.recorder().written.empty());
  EXPECT_EQ(second.fold().account().samples, 0U) << "replayed records were counted by the first life";
  second.batch(100, {gauge(7, 5)});
  second.tick(130);
  EXPECT_EQ(second.result(0).value().at("sum"), 9);
  EXPECT_EQ(second.revision(0), 2U);
}

TEST(Replay, GoesLiveAtTheFirstRecordWhenThereIsNothingToReplay) {
  Script script(plain(), {{7, kStart}, 7, 0});
  EXPECT_FALSE(script.fold().replaying());
  EXPECT_EQ(script.fold().next(), (Position{7, kStart}));
}

TEST(Skip, ARecordThatCannotBeReadTakesItsOffsetAndNothingElse) {
  Script script(plain());
  script.batch(10, {gauge(5, 1)});
  script.fold().skip(1);
  EXPECT_EQ(script.fold().next(), (Position{2, kStart + 10 * kSecond}));
  EXPECT_EQ(script.fold().account().records, 2U);
  script.tick(90);
  EXPECT_EQ(script.result(0).value().at("count"), 1);
}

TEST(Revisions, EverythingWrittenIsWrittenAgainWhenTheSettingsHaveChanged) {
  Script script(plain());
  script.batch(50, {gauge(5, 1)});
  script.batch(66, {gauge(65, 2)});
  script.tick(75);  // the first window is written, the second is not due
  script.fold().revise_everything();
  script.tick(121);
  EXPECT_EQ(script.revision(0), 2U);
  EXPECT_EQ(script.revision(60), 0U);
  script.tick(131);
  EXPECT_EQ(script.revision(60), 1U);
}

TEST(Revisions, AWindowThatIsCreatedTooLateIsWrittenAtARevisionTimeAsAFirstResult) {
  Script script(plain());
  script.tick(100);
  script.batch(101, {gauge(5, 1)});
  EXPECT_FALSE(script.result(0));
  script.tick(119);
  EXPECT_FALSE(script.result(0));
  script.tick(120);
  EXPECT_EQ(script.revision(0), 1U);
}

}  // namespace
}  // namespace metricstream::fold::test
