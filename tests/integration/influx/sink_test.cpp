// The sink around the answer table: order, frontier, revocation, gate, dead letters, shutdown.
#include <gtest/gtest.h>

#include <atomic>
#include <random>

#include "tests/integration/influx/sink_fixture.hpp"

namespace metricstream::sink {
namespace {

using Apply = WriteScript::Apply;
using Wire = WriteScript::Wire;

class SinkTest : public SinkFixture {};

TEST_F(SinkTest, TheFrontierMovesOnlyWhenEverythingBelowItIsSettled) {
  options_.batch.lines = 10;
  influx_.script({.wire = Wire::held});
  LaneSet& set = start().open(0);
  push_many(set, 0, "1m", 20);  // offsets 1000 to 1019; the first half is held
  ASSERT_TRUE(influx_.wait_for_writes(1));
  push_many(set, 0, "raw", 10);  // offsets 1020 to 1029
  ASSERT_TRUE(eventually([&] { return set.lane("raw").oldest_unsettled() == std::nullopt; }));
  EXPECT_EQ(set.oldest_unsettled(), (Lane::Frontier{1000, 10'000})) << "one lane's progress must not hide the other's";
  EXPECT_EQ(influx_.writes().size(), 2U) << "the second half waits for the first one's 204";
  influx_.release_held();
  expect_exact_store();
  EXPECT_EQ(set.oldest_unsettled(), std::nullopt);
}

TEST_F(SinkTest, TheLaterValueOfAPointIsTheOneThatStays) {
  LaneSet& set = start().open(0);
  for (int round = 0; round < 300; ++round) {
    push(set, 0, "1m", "same", base_time_, std::to_string(round));
    push(set, 0, "1m", "other", base_time_ + round % 3, std::to_string(round));
  }
  expect_exact_store();
}

TEST_F(SinkTest, ARequestNeverSpansTwoShardGroups) {
  LaneSet& set = start().open(0);
  const TimeNs midnight = floor_to(clock_.now(), 24 * kHour);
  for (int i = 0; i < 100; ++i) push(set, 0, "raw", "m" + std::to_string(i), midnight + (i % 2 == 0 ? i : -1 - i), "1");
  expect_exact_store();
  for (const auto& write : influx_.writes()) {
    std::set<TimeNs> days;
    for (const auto& line : write.lines)
      days.insert(floor_to(std::stoll(line.substr(line.rfind(' ') + 1)), 24 * kHour));
    EXPECT_EQ(days.size(), 1U);
  }
}

// By time of day: the limit lies ten minutes behind that, in the middle of a shard group or at one of its ends.
class Expiry : public SinkFixture, public ::testing::WithParamInterface<TimeNs> {};

TEST_P(Expiry, PointsThatTheStoreNoLongerKeepsAreCountedAndNotSent) {
  clock_.set(floor_to(clock_.now(), 24 * kHour) + GetParam());
  const TimeNs limit = clock_.now() - 7 * 24 * kHour + 10 * kMinute;
  LaneSet& set = start().open(0);
  std::set<std::string> expired;
  for (int i = 0; i < 20; ++i) {
    const bool is_old = i % 2 == 0;
    push(set, 0, "raw", "m" + std::to_string(i), is_old ? limit - 1 - i / 2 : limit + i / 2, "1");
    if (is_old) expired.insert(pushed_lines_.back().line);
  }
  push(set, 0, "raw", "ancient", 0, "1");
  expired.insert(pushed_lines_.back().line);
  expect_exact_store(expired);
  EXPECT_TRUE(dead_letters_.letters().empty());
}

INSTANTIATE_TEST_SUITE_P(TimesOfDay, Expiry,
                         ::testing::Values(12 * kHour, 24 * kHour - 10 * kMinute - 1, 24 * kHour - 10 * kMinute,
                                           24 * kHour - 10 * kMinute + 1, 24 * kHour - 10 * kMinute + 5));

TEST_F(SinkTest, NothingIsSentWhileTheGateIsClosed) {
  std::atomic<bool> open{false};
  std::atomic<int> asked{0};
  options_.may_send = [&](std::int32_t partition) {
    EXPECT_EQ(partition, 5);
    ++asked;
    return open.load();
  };
  push_many(start().open(5), 5, "1m", 50);
  ASSERT_TRUE(eventually([&] { return asked >= 3; }));
  EXPECT_EQ(influx_.connections_accepted(), 0);
  open = true;
  expect_exact_store();
}

TEST_F(SinkTest, TheGateIsAskedBeforeEveryRepetitionToo) {
  std::atomic<int> asked{0};
  options_.may_send = [&](std::int32_t) { return ++asked != 2; };
  influx_.script(std::vector<WriteScript>(3, WriteScript{.status = 500}));
  push_many(start().open(0), 0, "1m", 50);
  expect_exact_store();
  EXPECT_EQ(influx_.writes().size(), 4U);
  EXPECT_EQ(asked, 5);
}

TEST_F(SinkTest, ARevokedPartitionSendsNothingMoreAndMayComeBack) {
  influx_.script({.wire = Wire::held});
  Sink& sink = start();
  LaneSet& first = sink.open(7);
  push_many(first, 7, "1m", 50);
  ASSERT_TRUE(influx_.wait_for_writes(1));
  for (int i = 0; i < 500; ++i) first.lane("1m").push(next_offset_++, 0, base_time_, "revoked,lane=7 value=1 1");
  sink.close(7);
  EXPECT_EQ(sink.queued_bytes(), 0U);
  EXPECT_EQ(sink.requests_in_flight(), 1U) << "the watchdog has to know";

  LaneSet& second = sink.open(7);
  push(second, 7, "raw", "after", base_time_, "2");
  second.lane("raw").flush();
  ASSERT_TRUE(influx_.wait_until([](const auto& points) { return points.size() == 51; }));
  influx_.release_held();
  ASSERT_TRUE(eventually([&] { return sink.requests_in_flight() == 0; }));
  ASSERT_TRUE(sink.flush_and_wait(std::chrono::seconds{10}));
  for (const auto& [key, value] : influx_.points()) EXPECT_FALSE(key.second.starts_with("revoked"));
}

TEST_F(SinkTest, OtherPartitionsGoOnWhileOneIsHeldUp) {
  influx_.script({.wire = Wire::held});
  Sink& sink = start();
  push_many(sink.open(0), 0, "1m", 50);
  ASSERT_TRUE(influx_.wait_for_writes(1));
  LaneSet& other = sink.open(1);
  push_many(other, 1, "1m", 50);
  EXPECT_TRUE(eventually([&] { return other.oldest_unsettled() == std::nullopt; }));
  EXPECT_EQ(sink.requests_in_flight(), 1U);
  influx_.release_held();
  expect_exact_store();
}

TEST_F(SinkTest, ALineIsSettledOnlyWhenItsDeadLetterIsStored) {
  influx_.poison([](std::string_view line) { return line.starts_with("m1,"); });
  dead_letters_.hold();
  LaneSet& set = start().open(0);
  push_many(set, 0, "1m", 3);
  set.lane("1m").flush();
  ASSERT_TRUE(eventually([&] { return dead_letters_.letters().size() == 1; }));
  EXPECT_EQ(set.oldest_unsettled()->offset, 1000);
  EXPECT_FALSE(sink_->flush_and_wait(std::chrono::milliseconds{50}));
  dead_letters_.release();
  expect_exact_store();
}

TEST_F(SinkTest, ADeadLetterThatKafkaDidNotTakeIsOfferedAgain) {
  influx_.poison([](std::string_view line) { return line.starts_with("m1,"); });
  dead_letters_.fail_next(1);
  push_many(start().open(0), 0, "1m", 3);
  expect_exact_store();
  EXPECT_EQ(dead_letters_.submissions(), 2);
}

TEST_F(SinkTest, AnAnswerOfKafkaAfterTheSinksEndDoesNoHarm) {
  influx_.poison([](std::string_view) { return true; });
  dead_letters_.hold();
  LaneSet& set = start().open(0);
  push_many(set, 0, "1m", 1);
  set.lane("1m").flush();
  ASSERT_TRUE(eventually([&] { return !dead_letters_.letters().empty(); }));
  sink_.reset();
  dead_letters_.release();
}

TEST_F(SinkTest, TheEndDoesNotWaitForAStoreThatDoesNotAnswer) {
  options_.timeout = std::chrono::minutes{1};
  influx_.script(std::vector<WriteScript>(2, WriteScript{.wire = Wire::silent}));
  Sink& sink = start();
  push_many(sink.open(0), 0, "1m", 50);
  push_many(sink.open(1), 1, "raw", 50);
  ASSERT_TRUE(influx_.wait_for_writes(2));
  EXPECT_FALSE(sink.flush_and_wait(std::chrono::milliseconds{20}));
  const auto before = std::chrono::steady_clock::now();
  sink_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{5});
}

TEST_F(SinkTest, AFlushDoesNotWaitForTheAgeOfABatch) {
  push_many(start().open(0), 0, "1m", 3);
  expect_exact_store();
  EXPECT_EQ(influx_.writes().size(), 1U);
}

TEST_F(SinkTest, AnOpenBatchLeavesWhenItIsOfAge) {
  options_.batch.age = std::chrono::milliseconds{20};
  LaneSet& set = start().open(0);
  push_many(set, 0, "1m", 3);
  EXPECT_TRUE(influx_.wait_for_writes(1));
  expect_exact_store();
}

// Refusals of lines come from poison and the limit: a script that refused a good line would make it a dead letter.
WriteScript random_script(std::mt19937_64& random) {
  const int statuses[] = {200, 204, 204, 204, 401, 408, 429, 500, 502, 503, 504};
  const Wire wires[] = {Wire::whole,     Wire::whole,  Wire::whole, Wire::whole,   Wire::whole,
                        Wire::truncated, Wire::closed, Wire::reset, Wire::garbage, Wire::early};
  WriteScript script;
  script.status = statuses[random() % std::size(statuses)];
  script.wire = wires[random() % std::size(wires)];
  script.apply = static_cast<Apply>(random() % 3);
  if (script.status != 204) return script;
  script.apply = Apply::everything;  // a store that acknowledges has applied
  if (script.wire == Wire::early) script.wire = Wire::whole;
  return script;
}

bool is_poisonous(std::string_view line) { return line.find("7.0 ") != std::string_view::npos; }

class Storm : public SinkFixture, public ::testing::WithParamInterface<std::uint64_t> {
 protected:
  Storm() : random_(GetParam()) {
    options_.endpoint.version = GetParam() % 2 == 0 ? influx::Version::v1 : influx::Version::v2;
    options_.batch.lines = 1 + random_() % 30;
    options_.batch.age = std::chrono::milliseconds{2};
    influx_.poison(is_poisonous);
    influx_.limit_body(1 + random_() % 40);
    for (int i = 0; i < 150; ++i) influx_.script(random_script(random_));
    for (std::int32_t partition = 0; partition < 3; ++partition) sets_.push_back(&start_once().open(partition));
  }

  Sink& start_once() { return sink_ ? *sink_ : start(); }

  void push_one() {
    const std::size_t partition = random_() % sets_.size();
    const TimeNs time = base_time_ + static_cast<TimeNs>(random_() % 3) * 24 * kHour - 24 * kHour;
    push(*sets_[partition], static_cast<std::int32_t>(partition), random_() % 2 == 0 ? "raw" : "1m",
         "m" + std::to_string(random_() % 20), time, std::to_string(pushed_) + ".0");
    const auto frontier = sets_[partition]->oldest_unsettled();
    if (!frontier) return;
    ASSERT_GE(frontier->offset, frontiers_[partition]) << "the frontier went back";
    frontiers_[partition] = frontier->offset;
  }

  std::mt19937_64 random_;
  std::vector<LaneSet*> sets_;
  std::vector<std::int64_t> frontiers_ = std::vector<std::int64_t>(3, 0);
};

TEST_P(Storm, OfFaultsOverManyLanesLosesNothingAndKeepsEveryOrder) {
  for (int i = 0; i < 1500; ++i) push_one();
  expect_exact_store();
  std::size_t poisonous = 0;
  for (const Pushed& line : pushed_lines_) poisonous += is_poisonous(line.line) ? 1 : 0;
  EXPECT_EQ(dead_letters_.letters().size(), poisonous);
  for (const auto& letter : dead_letters_.letters()) EXPECT_TRUE(is_poisonous(letter.line)) << letter.line;
  EXPECT_GT(points_counted("retried"), 0U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Storm, ::testing::Range<std::uint64_t>(0, 12));

}  // namespace
}  // namespace metricstream::sink
