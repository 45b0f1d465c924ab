// Everything that stops a partition, and that nothing is lost or written by it.
#include <gmock/gmock.h>

#include "tests/integration/aggregator/partition_fixture.hpp"
#include "tests/integration/aggregator/runbook.hpp"

namespace metricstream::aggregator {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Outcome = Partition::Outcome;

class PartitionStopTest : public PartitionTest {
 protected:
  // The partition does not go on, neither here nor in its commits, whatever comes.
  void expect_stopped(Partition& partition, const LogEntry& at, const std::string& reason) {
    const std::int64_t expected = partition.expected();
    EXPECT_EQ(partition.on_message(at), Outcome::stopped);
    ASSERT_TRUE(partition.stopped());
    EXPECT_THAT(*partition.stopped(), HasSubstr(reason));
    EXPECT_TRUE(test::runbook_has(*partition.stopped())) << *partition.stopped();
    EXPECT_EQ(partition.expected(), expected);
    EXPECT_FALSE(partition.commit());
    EXPECT_EQ(partition.on_message(at), Outcome::stopped) << "the next one too";
    EXPECT_THAT(settle("raw"), IsEmpty());
    EXPECT_THAT(settle("10s"), IsEmpty());
    EXPECT_THAT(dead_.letters, IsEmpty());
  }

  // A good record, and then this one.
  void expect_record_stops(const Record& record, const std::string& reason) {
    log_tick(0);
    log_bytes(kSecond, test::encoded(record));
    const auto partition = begin();
    feed(*partition, 1);
    expect_stopped(*partition, entry(1), reason);
  }

  [[nodiscard]] Record good() const {
    Record out = test::sample_record(kBase, settings_.partitions, "cpu", 1);
    out.max_age = settings_.max_age;
    return out;
  }
};

TEST_F(PartitionStopTest, ARecordOfANewerSchemaVersion) {
  Record record = good();
  record.schema_version = kRecordSchemaVersion + 1;
  expect_record_stops(record, "upgrade the aggregators");
}

TEST_F(PartitionStopTest, ARecordOfAnUnknownKind) {
  Record record = good();
  record.kind = static_cast<RecordKind>(3);
  expect_record_stops(record, "record kind 3");
}

TEST_F(PartitionStopTest, ARecordThatWasWrittenForAnotherNumberOfPartitions) {
  Record record = good();
  record.partitions = settings_.partitions + 1;
  expect_record_stops(record, "written for 13 partitions");
}

TEST_F(PartitionStopTest, ARecordThatWasAcceptedWithALargerMaxAge) {
  Record record = good();
  record.max_age = settings_.max_age + kSecond;
  expect_record_stops(record, "time.max_age 11s");
}

TEST_F(PartitionStopTest, AMessageWithTheProducersTimeOrNone) {
  for (const auto type : {kafka::TimestampType::create_time, kafka::TimestampType::none}) {
    log_sample(0, 1);
    LogEntry message = entry(0);
    message.timestamp_type = type;
    const auto partition = begin();
    expect_stopped(*partition, message, "LogAppendTime");
  }
}

TEST_F(PartitionStopTest, AnotherRecordBehindTheFingerprintThanTheCommitters) {
  for (int i = 0; i < 4; ++i) log_tick(i);
  fold::CommitMetadata commit;
  commit.live_from = 3;
  commit.settings_hash = hash_;
  commit.fold_version = std::to_string(fold::kFoldVersion);
  commit.fingerprint = fold::fingerprint(entry(2).payload);
  for (const std::int64_t begin_at : {0, 3}) {
    const auto same = begin(begin_at, commit);
    feed(*same);
    EXPECT_FALSE(same->stopped());
  }
  commit.fingerprint = fold::fingerprint(entry(1).payload);
  for (const std::int64_t begin_at : {0, 3}) {
    const auto other = begin(begin_at, commit);
    EXPECT_EQ(other->expected(), std::min<std::int64_t>(begin_at, 2)) << "record n-1 is read in any case";
    feed(*other, 2);
    expect_stopped(*other, entry(2), "record n-1 of the commit is another one");
  }
}

TEST_F(PartitionStopTest, ACommitThatTheLogDoesNotReach) {
  for (int i = 0; i < 3; ++i) log_sample(i * kSecond, i);
  fold::CommitMetadata commit;
  commit.live_from = 4;
  const auto partition = begin(1, commit);
  partition->check_log({0, 3});
  expect_stopped(*partition, entry(1), "up to offset 4 were written, but the log ends at 3");
}

TEST_F(PartitionStopTest, ARecordThatAReplayNeedsAndThatTheLogHasNoMore) {
  for (int i = 0; i < 3; ++i) log_sample(i * kSecond, i);
  fold::CommitMetadata commit;
  commit.live_from = 3;
  const auto partition = begin(1, commit);
  partition->check_log({2, 3});
  expect_stopped(*partition, entry(1), "from offset 1 on are needed, but the log begins at 2");
}

TEST_F(PartitionStopTest, TheOwnersReason) {
  log_tick(0);
  const auto partition = begin();
  partition->stop("the log has a hole");
  partition->stop("a later reason");
  expect_stopped(*partition, entry(0), "the log has a hole");
}

TEST_F(PartitionStopTest, NotAMessageThatWasReadAlreadyNorOneBehindAGap) {
  for (int i = 0; i < 4; ++i) log_tick(i);
  const auto partition = begin();
  feed(*partition, 2);
  EXPECT_EQ(partition->on_message(entry(1)), Outcome::ignored);
  EXPECT_EQ(partition->on_message(entry(3)), Outcome::gap);
  EXPECT_EQ(partition->expected(), 2);
  EXPECT_FALSE(partition->stopped());
  feed(*partition);
  EXPECT_EQ(partition->expected(), 4);
}

}  // namespace
}  // namespace metricstream::aggregator
