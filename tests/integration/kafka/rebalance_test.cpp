// Each test has a member of its own group on its own cluster. The mock holds every first join back for 3 s, so they
// all join before the first test.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/integration/kafka/group_member.hpp"

namespace metricstream::test {
namespace {

using kafka::CommitError;
using kafka::ConsumerError;
using kafka::PartitionCommit;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kMessages = 10;  // in two partitions

struct Scenario {
  explicit Scenario(const std::string& name) {
    cluster.create_topic(kTopic, 2);
    const auto producer = make_producer(producer_settings(cluster));
    for (std::size_t i = 0; i < kMessages; ++i) {
      EXPECT_TRUE(produce(*producer, static_cast<std::int32_t>(i % 2), std::to_string(i)).acknowledged());
    }
    auto settings = consumer_settings(cluster, name);
    settings.instance_id = name == "Twin" ? "slot-1" : "";
    member = std::make_unique<GroupMember>(settings);
    member->begin_at_once = name != "BeginsLater";
  }
  MockKafka cluster;
  std::unique_ptr<GroupMember> member;
};

class RebalanceTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const char* name : {"Takeover", "BeginsLater", "CoordinatorAway", "Leaving", "IllegalGeneration",
                             "UnknownMember", "Forgotten", "Twin"}) {
      scenarios_[name] = std::make_unique<Scenario>(name);
    }
    const auto has_joined = [](const auto& entry) {
      entry.second->member->poll();
      return entry.second->member->assignments > 0;
    };
    ASSERT_TRUE(eventually([&] { return std::ranges::count_if(scenarios_, has_joined) == std::ssize(scenarios_); }));
    // It takes seconds to join again, during which the other tests run.
    scenario("Forgotten").cluster.fail_next(KafkaRequest::heartbeat, {KafkaError::unknown_member_id});
    GroupMember& forgotten = *scenario("Forgotten").member;
    ASSERT_TRUE(forgotten.poll_until([&] { return !forgotten.revoked.empty(); }));
  }
  static void TearDownTestSuite() { scenarios_.clear(); }

  static Scenario& scenario(const std::string& name) { return *scenarios_.at(name); }

  static std::map<std::string, std::unique_ptr<Scenario>> scenarios_;
};

std::map<std::string, std::unique_ptr<Scenario>> RebalanceTest::scenarios_;

TEST_F(RebalanceTest, ASecondMemberTakesOverHalfAndBeginsAtTheLastCommitOfTheFirst) {
  GroupMember& first = *scenario("Takeover").member;
  ASSERT_TRUE(first.poll_until([&] { return first.received.size() == kMessages; }));
  EXPECT_THAT(first.owned, ElementsAre(0, 1));
  const std::vector<PartitionCommit> commits{{0, 2, "last"}, {1, 2, "last"}};
  ASSERT_EQ(first.consumer->commit_sync(commits, 5s), CommitError::none);
  CommitError last = CommitError::refused;
  first.at_revocation = [&] { last = first.consumer->commit_sync(commits, 5s); };
  {
    GroupMember second(consumer_settings(scenario("Takeover").cluster, "second"));
    const auto shares = [](const GroupMember& member) {
      return member.owned.size() == 1 && member.received.size() == kMessages / 2 - 2;
    };
    ASSERT_TRUE(second.poll_until([&] {
      first.poll();
      return shares(first) && shares(second);
    }));
    EXPECT_EQ(last, CommitError::rebalance_in_progress) << "a real broker takes it, the mock does not";
    EXPECT_THAT(first.revoked.front(), ElementsAre(0, 1));
    EXPECT_FALSE(first.lost);
    EXPECT_NE(first.owned, second.owned);
    EXPECT_EQ(first.received.front().offset, 2);
    EXPECT_EQ(second.received.front().offset, 2);
    first.at_revocation = nullptr;
  }
  ASSERT_TRUE(first.poll_until([&] { return first.owned.size() == 2; })) << "the second member has left";
}

TEST_F(RebalanceTest, APartitionIsNotConsumedBeforeItsPositionIsKnownAndCanBeginLater) {
  GroupMember& member = *scenario("BeginsLater").member;
  EXPECT_FALSE(member.poll_until([&] { return !member.received.empty(); }, 300ms));
  member.begin();
  EXPECT_TRUE(member.poll_until([&] { return member.received.size() == kMessages; }));
}

TEST_F(RebalanceTest, QuestionsFailInTimeWhileTheBrokerIsAwayInsteadOfSayingThatThereIsNothing) {
  GroupMember& member = *scenario("CoordinatorAway").member;
  MockKafka& cluster = scenario("CoordinatorAway").cluster;
  const std::vector<std::int32_t> both{0, 1};
  cluster.set_down(1);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(member.consumer->committed(both, 300ms));
  EXPECT_FALSE(member.consumer->watermarks(0, 300ms));
  EXPECT_FALSE(member.consumer->partition_count(300ms));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  cluster.set_up(1);
  EXPECT_TRUE(member.poll_until([&] { return member.consumer->committed(both, 1s).has_value(); }));
  EXPECT_TRUE(member.poll_until([&] { return member.consumer->watermarks(0, 1s).has_value(); }));
}

TEST_F(RebalanceTest, ClosingRevokesOnceAndAllowsALastCommit) {
  GroupMember& member = *scenario("Leaving").member;
  CommitError last = CommitError::refused;
  member.at_revocation = [&] {
    const std::vector<PartitionCommit> commits{{1, 5, "bye"}};
    last = member.consumer->commit_sync(commits, 5s);
  };
  member.consumer->close();
  EXPECT_EQ(last, CommitError::none);
  EXPECT_THAT(member.revoked, ElementsAre(ElementsAre(0, 1)));
  EXPECT_FALSE(member.lost);
  scenarios_.erase("Leaving");
}

TEST_F(RebalanceTest, AConsumerThatNeverJoinedCanBeClosed) {
  MockKafka cluster;
  GroupMember member(consumer_settings(cluster, "silent"));
  member.consumer->close();
  EXPECT_THAT(member.revoked, IsEmpty());
}

TEST_F(RebalanceTest, ACommitThatTheGroupNoLongerAcceptsEndsTheOwnership) {
  const std::vector<std::pair<std::string, KafkaError>> refusals{{"IllegalGeneration", KafkaError::illegal_generation},
                                                                 {"UnknownMember", KafkaError::unknown_member_id}};
  for (const auto& [name, code] : refusals) {
    GroupMember& member = *scenario(name).member;
    scenario(name).cluster.fail_next(KafkaRequest::offset_commit, {code});
    const std::vector<PartitionCommit> commits{{0, 5, "too late"}};
    ASSERT_TRUE(member.consumer->commit_async(commits));
    ASSERT_TRUE(member.poll_until([&] { return member.commits.size() == 1; }));
    EXPECT_EQ(member.commits[0].error, CommitError::ownership_lost) << name;
    EXPECT_FALSE(keeps_ownership(member.commits[0].error));
    EXPECT_FALSE(is_retryable(member.commits[0].error));
  }
}

TEST_F(RebalanceTest, AHeartbeatThatTheGroupRefusesLosesThePartitionsAndTheMemberJoinsAgain) {
  GroupMember& member = *scenario("Forgotten").member;
  EXPECT_THAT(member.revoked, ElementsAre(ElementsAre(0, 1)));
  EXPECT_TRUE(member.lost);
  EXPECT_TRUE(member.poll_until([&] { return member.assignments == 2; }));
}

TEST_F(RebalanceTest, AnotherProcessWithTheSameInstanceIdIsFatal) {
  GroupMember& member = *scenario("Twin").member;
  scenario("Twin").cluster.fail_next(KafkaRequest::heartbeat, {KafkaError::fenced_instance_id});
  ASSERT_TRUE(member.poll_until([&] { return member.failure(ConsumerError::fenced).has_value(); }));
  EXPECT_EQ(action_for(ConsumerError::fenced), kafka::ConsumerAction::stop_process);
}

}  // namespace
}  // namespace metricstream::test
