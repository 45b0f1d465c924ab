// What a partition writes, commits and buries.
#include <gmock/gmock.h>

#include "tests/integration/aggregator/partition_fixture.hpp"

namespace metricstream::aggregator {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(PartitionTest, TheFirstCommitBeginsAtZeroAndSaysWithWhichSettings) {
  const auto partition = begin();
  const auto commit = partition->commit();
  ASSERT_TRUE(commit);
  EXPECT_EQ(commit->partition, kId);
  EXPECT_EQ(commit->offset, 0);
  EXPECT_EQ(metadata_of(commit).live_from, 0);
  EXPECT_EQ(metadata_of(commit).settings_hash, hash_);
}

TEST_F(PartitionTest, NWaitsForTheOldestOutputThatIsNotDurable) {
  log_sample(0, 1);
  log_sample(kSecond, 2);
  log_tick(10 * kSecond);  // closes the window: its result is caused by record 2
  const auto partition = begin();
  feed(*partition);
  EXPECT_EQ(metadata_of(partition->commit()).live_from, 0) << "the raw point of record 0";
  EXPECT_THAT(settle("raw"), SizeIs(2));
  EXPECT_EQ(metadata_of(partition->commit()).live_from, 2) << "the window";
  EXPECT_THAT(settle("10s"), SizeIs(1));
  const fold::CommitMetadata last = metadata_of(partition->commit());
  EXPECT_EQ(last.live_from, 3);
  EXPECT_EQ(last.fingerprint, fold::fingerprint(entry(2).payload));
}

TEST_F(PartitionTest, BStaysAtTheFirstRecordOfWhatIsOpenAndMovesWhenItCloses) {
  log_sample(0, 1);
  log_tick(10 * kSecond);
  const auto partition = begin();
  feed(*partition);
  settle_all();
  EXPECT_EQ(partition->commit()->offset, 0);
  log_tick(10 * kSecond + settings_.horizon() - 1);
  log_tick(10 * kSecond + settings_.horizon());
  feed(*partition, 3);
  EXPECT_EQ(partition->commit()->offset, 0) << "an acknowledged sample may still come";
  feed(*partition);
  const auto commit = partition->commit();
  EXPECT_EQ(commit->offset, 4);
  EXPECT_EQ(metadata_of(commit).closed_through, kBase + 10 * kSecond);
}

TEST_F(PartitionTest, WhileReplayingItCommitsWhatItBeganWithAndWritesNothing) {
  log_sample(0, 1);
  log_tick(10 * kSecond);
  const auto first = begin();
  feed(*first);
  settle_all();
  const auto commit = first->commit();
  const auto second = begin(*commit);
  EXPECT_TRUE(second->replaying());
  EXPECT_EQ(second->commit(), commit);
  feed(*second, 1);
  EXPECT_TRUE(second->replaying());
  EXPECT_EQ(second->commit(), commit);
  feed(*second);
  EXPECT_FALSE(second->replaying());
  EXPECT_EQ(second->replayed_records(), 2U);
  EXPECT_THAT(settle("raw"), IsEmpty());
  EXPECT_THAT(settle("10s"), IsEmpty());
  EXPECT_EQ(second->commit(), commit);
}

TEST_F(PartitionTest, RecordBeforeBIsReadForItsFingerprintOnly) {
  log_sample(0, 1);
  log_sample(kSecond, 2);
  fold::CommitMetadata commit;
  commit.live_from = 1;
  commit.fingerprint = fold::fingerprint(entry(0).payload);
  const auto partition = begin(1, commit);
  feed(*partition);
  EXPECT_EQ(partition->fold().open_samples(), 1U);
  EXPECT_THAT(settle("raw"), SizeIs(1));
}

// Whoever takes over, wherever, and whatever of the output was durable by then: the store is the same in the end.
TEST_F(PartitionTest, ASuccessorFromAnyCommitCompletesWhatAnUndisturbedOwnerWrites) {
  for (int i = 0; i < 60; ++i) {
    if (i % 7 == 3) {
      log_bytes(i * kSecond, "no record");
    } else if (i % 5 == 0) {
      log_tick(i * kSecond);
    } else {
      log_sample(i * kSecond, i, i % 2 == 0 ? "cpu" : "mem");
    }
  }
  std::map<std::string, std::string> expected;
  const auto undisturbed = begin();
  feed(*undisturbed);
  store_all(expected);
  ASSERT_THAT(expected, SizeIs(::testing::Gt(40U)));
  for (std::int64_t cut = 1; cut < log_end(); ++cut) {
    std::map<std::string, std::string> store;
    const auto first = begin();
    feed(*first, cut / 2);
    if (cut % 3 != 0) store_all(store);
    for (auto& letter : std::exchange(dead_.letters, {})) letter.done(true);
    feed(*first, cut);
    const auto commit = first->commit();
    ASSERT_TRUE(commit);
    settle_all();  // lost with its owner
    const auto second = begin(*commit);
    feed(*second);
    store_all(store);
    dead_.letters.clear();
    EXPECT_EQ(store, expected) << "taken over at " << cut;
  }
}

TEST_F(PartitionTest, AnUndecodableRecordHoldsNUntilTheDeadLetterIsStored) {
  log_tick(0);
  log_bytes(kSecond, "no record");
  log_tick(2 * kSecond);
  const auto partition = begin();
  feed(*partition);
  ASSERT_THAT(dead_.letters, SizeIs(1));
  EXPECT_EQ(dead_.letters[0].partition, kId);
  EXPECT_EQ(dead_.letters[0].offset, 1);
  EXPECT_EQ(dead_.letters[0].record, "no record");
  EXPECT_THAT(dead_.letters[0].reason, ::testing::Not(IsEmpty()));
  EXPECT_EQ(partition->dead_lettered_records(), 1U);
  EXPECT_EQ(metadata_of(partition->commit()).live_from, 1);
  EXPECT_EQ(partition->commit()->offset, 1);
  dead_.letters[0].done(true);
  EXPECT_EQ(metadata_of(partition->commit()).live_from, 3);
  EXPECT_THAT(dead_.letters, SizeIs(1)) << "once";
}

TEST_F(PartitionTest, ARefusedDeadLetterIsSubmittedAgainWithTheNextCommit) {
  log_bytes(0, "no record");
  const auto partition = begin();
  feed(*partition);
  for (std::size_t attempt = 1; attempt < 4; ++attempt) {
    ASSERT_THAT(dead_.letters, SizeIs(attempt));
    dead_.letters.back().done(false);
    EXPECT_EQ(metadata_of(partition->commit()).live_from, 0);
    EXPECT_EQ(metadata_of(partition->commit()).live_from, 0) << "not twice while it is on its way";
  }
  ASSERT_THAT(dead_.letters, SizeIs(4));
  EXPECT_EQ(dead_.letters.back().record, "no record");
  EXPECT_EQ(partition->dead_lettered_records(), 1U) << "one record, however often";
  dead_.letters.back().done(true);
  EXPECT_EQ(metadata_of(partition->commit()).live_from, 1);
}

TEST_F(PartitionTest, AReplayBuriesNoRecordTwice) {
  log_sample(0, 1);  // keeps B at 0
  log_bytes(kSecond, "no record");
  const auto first = begin();
  feed(*first);
  settle_all();
  dead_.letters.at(0).done(true);
  const auto commit = first->commit();
  ASSERT_EQ(metadata_of(commit).live_from, 2);
  ASSERT_EQ(commit->offset, 0);
  const auto second = begin(*commit);
  feed(*second);
  EXPECT_THAT(dead_.letters, SizeIs(1));
  EXPECT_EQ(second->dead_lettered_records(), 0U);
}

TEST_F(PartitionTest, ADeadLettersAnswerMayComeWhenThePartitionIsGone) {
  log_bytes(0, "no record");
  auto partition = begin();
  feed(*partition);
  partition.reset();
  dead_.letters.at(0).done(false);
  dead_.letters.at(0).done = nullptr;
}

class ChangedSettingsTest : public PartitionTest {
 protected:
  // An owner with the settings of before has written the window [0 s, 10 s) and goes.
  kafka::PartitionCommit write_first_window() {
    log_sample(0, 1);
    log_sample(kSecond, 3);
    log_tick(10 * kSecond);
    const auto partition = begin();
    feed(*partition);
    settle_all();
    return *partition->commit();
  }
};

TEST_F(ChangedSettingsTest, TheSameSettingsWriteNothingAgain) {
  const auto commit = write_first_window();
  log_tick(10 * kSecond + settings_.revision_interval);
  const auto second = begin(commit);
  feed(*second);
  EXPECT_THAT(settle("10s"), IsEmpty());
  EXPECT_EQ(metadata_of(second->commit()).settings_hash, hash_);
}

TEST_F(ChangedSettingsTest, OtherSettingsWriteOpenWindowsAgainAndAreCommittedWhenTheLastOfThemIsClosed) {
  const auto commit = write_first_window();
  hash_ = "another";
  const auto second = begin(commit);
  feed(*second);
  EXPECT_EQ(metadata_of(second->commit()).settings_hash, "-") << "a successor must write them again too";
  log_tick(10 * kSecond + settings_.revision_interval);
  log_tick(20 * kSecond + settings_.revision_interval + settings_.horizon());
  feed(*second, 4);
  const auto lines = settle("10s");
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr("count=2i"));
  feed(*second);
  EXPECT_EQ(metadata_of(second->commit()).settings_hash, "another");
}

TEST_F(ChangedSettingsTest, AnOwnerBeforeWhoDidNotGetThroughWithItsOwnChangeIsAChange) {
  auto commit = write_first_window();
  fold::CommitMetadata metadata = metadata_of(commit);
  metadata.settings_hash = "-";
  const auto second = begin(commit.offset, metadata);
  log_tick(10 * kSecond + settings_.revision_interval);
  feed(*second);
  EXPECT_THAT(settle("10s"), SizeIs(1));
}

TEST_F(ChangedSettingsTest, AnotherFoldVersionIsAChange) {
  auto commit = write_first_window();
  fold::CommitMetadata metadata = metadata_of(commit);
  metadata.fold_version = std::to_string(fold::kFoldVersion + 1);
  const auto second = begin(commit.offset, metadata);
  log_tick(10 * kSecond + settings_.revision_interval);
  feed(*second);
  EXPECT_THAT(settle("10s"), SizeIs(1));
}

}  // namespace
}  // namespace metricstream::aggregator
