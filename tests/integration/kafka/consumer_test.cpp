// One member that joins once (the mock holds every first join back for 3 s), shared by the tests of this suite.
#include <gmock/gmock.h>

#include "tests/integration/kafka/group_member.hpp"

namespace metricstream::test {
namespace {

using kafka::CommitError;
using kafka::ConsumerError;
using kafka::PartitionCommit;
using kafka::PartitionOffset;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kMessages = 20;  // in each partition

class ConsumerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    cluster_ = std::make_unique<MockKafka>();
    cluster_->create_topic(kTopic, 2);
    const auto producer = make_producer(producer_settings(*cluster_));
    for (int i = 0; i < kMessages; ++i) {
      ASSERT_TRUE(produce(*producer, 0, "a" + std::to_string(i)).acknowledged());
      ASSERT_TRUE(produce(*producer, 1, "b" + std::to_string(i)).acknowledged());
    }
    member_ = std::make_unique<GroupMember>(consumer_settings(*cluster_, "shared"));
    ASSERT_TRUE(member_->poll_until([] { return member_->assignments == 1; }));
  }
  static void TearDownTestSuite() {
    member_.reset();
    cluster_.reset();
  }
  // Every test begins with an assignment of its own and an empty memory.
  void SetUp() override {
    ASSERT_TRUE(member_->consumer->assign({}));
    for (int i = 0; i < 3; ++i) {
      member_->poll(1ms);
    }
    member_->received.clear();
    member_->commits.clear();
    member_->failures.clear();
  }
  static void begin_at(std::vector<PartitionOffset> positions) { ASSERT_TRUE(member_->consumer->assign(positions)); }
  static bool received(std::size_t count) {
    return member_->poll_until([count] { return member_->received.size() >= count; }, 5s);
  }
  static CommitError commit(PartitionCommit commit) {
    const std::vector<PartitionCommit> commits{std::move(commit)};
    EXPECT_TRUE(member_->consumer->commit_async(commits));
    EXPECT_TRUE(member_->poll_until([] { return !member_->commits.empty(); }));
    return member_->commits.empty() ? CommitError::refused : member_->commits.front().error;
  }
  static std::vector<kafka::CommittedOffset> committed() {
    const std::vector<std::int32_t> both{0, 1};
    return member_->consumer->committed(both, 5s).value();
  }

  static std::unique_ptr<MockKafka> cluster_;
  static std::unique_ptr<GroupMember> member_;
};

std::unique_ptr<MockKafka> ConsumerTest::cluster_;
std::unique_ptr<GroupMember> ConsumerTest::member_;

TEST_F(ConsumerTest, OwnsEveryPartitionWhenAlone) { EXPECT_THAT(member_->owned, ElementsAre(0, 1)); }

TEST_F(ConsumerTest, BeginsExactlyWhereItIsAssigned) {
  begin_at({{0, 17}});
  ASSERT_TRUE(received(3));
  EXPECT_THAT(payloads_of(member_->received), ElementsAre("a17", "a18", "a19"));
  EXPECT_EQ(member_->received.front().offset, 17);
}

TEST_F(ConsumerTest, ReadsWhateverIsAssignedWithoutGapOrRepeat) {
  begin_at({{0, 0}, {1, 0}});
  ASSERT_TRUE(received(2 * kMessages));
  for (std::int32_t partition : {0, 1}) {
    std::int64_t next = 0;
    for (const LoggedMessage& message : member_->received) {
      if (message.partition == partition) {
        EXPECT_EQ(message.offset, next++);
      }
    }
    EXPECT_EQ(next, kMessages);
  }
}

TEST_F(ConsumerTest, SaysSoWhenThePositionIsNotInTheLogInsteadOfChoosingAnother) {
  begin_at({{1, kMessages + 1000}});
  ASSERT_TRUE(member_->poll_until([] { return member_->failure(ConsumerError::offset_out_of_range).has_value(); }));
  EXPECT_EQ(member_->failure(ConsumerError::offset_out_of_range)->partition, 1);
  EXPECT_EQ(action_for(ConsumerError::offset_out_of_range), kafka::ConsumerAction::stop_partition);
  EXPECT_THAT(member_->received, IsEmpty());
}

TEST_F(ConsumerTest, APausedPartitionGivesNothingUntilItIsResumedAndThenGoesOnWhereItWas) {
  begin_at({{0, 0}, {1, 0}});
  ASSERT_TRUE(received(5));
  ASSERT_TRUE(member_->consumer->pause(0));
  ASSERT_TRUE(member_->consumer->pause(1));
  EXPECT_TRUE(member_->consumer->is_paused(0));
  const auto before = member_->received.size();
  EXPECT_FALSE(member_->poll_until([before] { return member_->received.size() > before; }, 200ms));
  ASSERT_TRUE(member_->consumer->resume(0));
  ASSERT_TRUE(member_->consumer->resume(1));
  ASSERT_TRUE(received(2 * kMessages));
  EXPECT_FALSE(member_->poll_until([] { return member_->received.size() > 2 * kMessages; }, 200ms));
}

TEST_F(ConsumerTest, ResumingWhatIsNotPausedDoesNotRewind) {
  begin_at({{0, 0}});
  ASSERT_TRUE(received(7));
  ASSERT_TRUE(member_->consumer->resume(0));
  ASSERT_TRUE(received(kMessages));
  EXPECT_FALSE(member_->poll_until([] { return member_->received.size() > kMessages; }, 200ms));
}

TEST_F(ConsumerTest, AnAssignmentForgetsPauses) {
  begin_at({{0, 0}});
  ASSERT_TRUE(member_->consumer->pause(0));
  begin_at({{0, 18}});
  EXPECT_FALSE(member_->consumer->is_paused(0));
  ASSERT_TRUE(received(2));
  EXPECT_THAT(payloads_of(member_->received), ElementsAre("a18", "a19"));
}

TEST_F(ConsumerTest, SeekChoosesTheNextMessage) {
  begin_at({{0, 0}});
  ASSERT_TRUE(received(kMessages));
  member_->received.clear();
  ASSERT_TRUE(member_->consumer->seek({0, 18}, 5s));
  ASSERT_TRUE(received(2));
  EXPECT_THAT(payloads_of(member_->received), ElementsAre("a18", "a19"));
}

TEST_F(ConsumerTest, KnowsWhereTheLogBeginsAndEnds) {
  const auto marks = member_->consumer->watermarks(0, 5s);
  ASSERT_TRUE(marks) << marks.error().message;
  EXPECT_EQ(marks->low, 0);
  EXPECT_EQ(marks->high, kMessages);
  begin_at({{0, 0}});
  ASSERT_TRUE(received(1));
  EXPECT_EQ(member_->consumer->last_watermarks(0).value().high, kMessages);
  EXPECT_EQ(member_->consumer->partition_count(5s).value(), 2);
}

TEST_F(ConsumerTest, AMessageHasItsTimestampTypeAndHeaders) {
  begin_at({{0, 19}});
  std::optional<kafka::ConsumedMessage> message;
  ASSERT_TRUE(eventually([&] { return (message = member_->consumer->poll(50ms)).has_value(); }));
  EXPECT_NE(message->timestamp_type(), kafka::TimestampType::log_append_time) << "the mock knows none";
  EXPECT_EQ(message->payload(), "a19");
  EXPECT_EQ(message->key(), "client");
  EXPECT_EQ(message->header("traceparent"), std::nullopt);
}

TEST_F(ConsumerTest, OffsetAndMetadataOfACommitComeBackTogether) {
  const std::string longest(150, 'm');
  EXPECT_EQ(commit({0, 7, "2;1700000000000000000;9;0;0123456789abcdef;1;-"}), CommitError::none);
  member_->commits.clear();
  EXPECT_EQ(commit({1, 3, longest}), CommitError::none);
  EXPECT_EQ(committed()[0], (kafka::CommittedOffset{0, 7, "2;1700000000000000000;9;0;0123456789abcdef;1;-"}));
  EXPECT_EQ(committed()[1], (kafka::CommittedOffset{1, 3, longest}));
}

TEST_F(ConsumerTest, OneRequestCommitsAllPartitionsAndTheSameOffsetTakesNewMetadata) {
  for (const char* metadata : {"first", "second"}) {
    const std::vector<PartitionCommit> commits{{0, 5, metadata}, {1, 6, metadata}};
    member_->commits.clear();
    ASSERT_TRUE(member_->consumer->commit_async(commits));
    ASSERT_TRUE(member_->poll_until([] { return member_->commits.size() == 2; }));
    EXPECT_EQ(committed()[0], (kafka::CommittedOffset{0, 5, metadata}));
    EXPECT_EQ(committed()[1], (kafka::CommittedOffset{1, 6, metadata}));
  }
}

TEST_F(ConsumerTest, HasOneCommitInFlightSoThatNoneOvertakesAnother) {
  cluster_->set_round_trip(1, 100);
  const std::vector<PartitionCommit> first{{0, 11, "first"}};
  const std::vector<PartitionCommit> second{{0, 12, "second"}};
  EXPECT_TRUE(member_->consumer->commit_async(first));
  EXPECT_TRUE(member_->consumer->commit_in_flight());
  EXPECT_FALSE(member_->consumer->commit_async(second));
  ASSERT_TRUE(member_->poll_until([] { return !member_->consumer->commit_in_flight(); }));
  ASSERT_EQ(member_->commits.size(), 1U);
  EXPECT_EQ(member_->commits[0].commit, first[0]);
  EXPECT_EQ(committed()[0], (kafka::CommittedOffset{0, 11, "first"}));
  EXPECT_TRUE(member_->consumer->commit_async(second));
  ASSERT_TRUE(member_->poll_until([] { return !member_->consumer->commit_in_flight(); }));
  cluster_->set_round_trip(1, 0);
}

TEST_F(ConsumerTest, ASynchronousCommitComesAfterTheOneInFlight) {
  cluster_->set_round_trip(1, 50);
  const std::vector<PartitionCommit> first{{0, 13, "first"}};
  const std::vector<PartitionCommit> last{{0, 14, "last"}};
  EXPECT_TRUE(member_->consumer->commit_async(first));
  EXPECT_EQ(member_->consumer->commit_sync(last, 5s), CommitError::none);
  cluster_->set_round_trip(1, 0);
  ASSERT_EQ(member_->commits.size(), 1U);
  EXPECT_EQ(member_->commits[0].commit, first[0]);
  EXPECT_EQ(committed()[0], (kafka::CommittedOffset{0, 14, "last"}));
}

TEST_F(ConsumerTest, ASynchronousCommitEndsWithinItsTimeoutAndIsAnsweredLater) {
  const std::initializer_list<DelayedAnswer> late{{KafkaError::none, 400}};
  cluster_->delay_next(1, KafkaRequest::offset_commit, late);
  const std::vector<PartitionCommit> commits{{0, 15, "slow"}};
  EXPECT_EQ(member_->consumer->commit_sync(commits, 50ms), CommitError::coordinator_unavailable);
  EXPECT_TRUE(member_->consumer->commit_in_flight());
  ASSERT_TRUE(member_->poll_until([] { return member_->commits.size() == 1; }));
  EXPECT_EQ(member_->commits[0].error, CommitError::none);
  EXPECT_EQ(committed()[0], (kafka::CommittedOffset{0, 15, "slow"}));
}

TEST_F(ConsumerTest, CommitsWithoutPartitionsAreNoRequests) {
  EXPECT_FALSE(member_->consumer->commit_async({}));
  EXPECT_FALSE(member_->consumer->commit_in_flight());
  EXPECT_EQ(member_->consumer->commit_sync({}, 1s), CommitError::none);
}

TEST_F(ConsumerTest, ARefusedCommitIsNotStoredAndSaysWhatFollows) {
  ASSERT_EQ(commit({0, 2, "kept"}), CommitError::none);
  const std::vector<std::pair<KafkaError, CommitError>> refusals{
      {KafkaError::rebalance_in_progress, CommitError::rebalance_in_progress},
      {KafkaError::offset_metadata_too_large, CommitError::refused},
      {KafkaError::group_authorization_failed, CommitError::refused}};
  for (const auto& [code, expected] : refusals) {
    member_->commits.clear();
    cluster_->fail_next(KafkaRequest::offset_commit, {code});
    EXPECT_EQ(commit({0, 4, "refused"}), expected) << static_cast<int>(code);
    EXPECT_EQ(committed()[0], (kafka::CommittedOffset{0, 2, "kept"}));
  }
}

TEST_F(ConsumerTest, ACoordinatorInTroubleIsEitherRetriedToSuccessOrReportedAsUnavailable) {
  for (const KafkaError code : {KafkaError::request_timed_out, KafkaError::coordinator_load_in_progress,
                                KafkaError::coordinator_not_available, KafkaError::not_coordinator}) {
    member_->commits.clear();
    ASSERT_EQ(commit({0, 1, "old"}), CommitError::none);
    member_->commits.clear();
    cluster_->fail_next(KafkaRequest::offset_commit, {code});
    const CommitError error = commit({0, 9, "new"});
    if (error == CommitError::none) {
      EXPECT_EQ(committed()[0], (kafka::CommittedOffset{0, 9, "new"})) << static_cast<int>(code);
    } else {
      EXPECT_EQ(error, CommitError::coordinator_unavailable) << static_cast<int>(code);
      EXPECT_TRUE(is_retryable(error) && keeps_ownership(error));
      EXPECT_EQ(committed()[0], (kafka::CommittedOffset{0, 1, "old"})) << static_cast<int>(code);
    }
  }
}

}  // namespace
}  // namespace metricstream::test
