// What of Admin and LogReader the mock can answer; topics' configurations and groups' members need a real broker.
#include <gmock/gmock.h>

#include "common/kafka/admin.hpp"
#include "common/kafka/log_reader.hpp"
#include "tests/integration/kafka/group_member.hpp"

namespace metricstream::test {
namespace {

using kafka::FirstCommit;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

constexpr auto kFirst = "2;0;0;0;-;-;-";

class AdminTest : public testing::Test {
 protected:
  AdminTest() { cluster_.create_topic(kTopic, 3); }
  std::unique_ptr<kafka::Admin> make_admin() const {
    return std::move(kafka::Admin::create(cluster_.client(), 5s, ignore_log).value());
  }
  MockKafka cluster_{2};
};

TEST_F(AdminTest, ListsBrokersAndTopics) {
  const auto admin = make_admin();
  EXPECT_EQ(admin->broker_count().value(), 2);
  EXPECT_THAT(admin->topics().value(), Contains(kTopic));
}

TEST_F(AdminTest, NamesTheBrokersThatDoNotAnswer) {
  cluster_.set_down(1);
  cluster_.set_down(2);
  const auto admin = std::move(kafka::Admin::create(cluster_.client(), 200ms, ignore_log).value());
  EXPECT_THAT(admin->broker_count().error().message, HasSubstr(cluster_.brokers()));
}

TEST_F(AdminTest, TheFirstCommitGoesToEveryPartitionOnceAndLeavesWhatIsThereAlone) {
  const auto admin = make_admin();
  const auto planned = admin->commit_first(kGroup, kTopic, kFirst, true);
  ASSERT_TRUE(planned) << planned.error().message;
  const auto done = admin->commit_first(kGroup, kTopic, kFirst, false);
  ASSERT_TRUE(done) << done.error().message;
  for (const auto& results : {*planned, *done}) {
    ASSERT_EQ(results.size(), 3U);
    EXPECT_THAT(results, Each(Field(&kafka::FirstCommitResult::outcome, FirstCommit::committed)))
        << "the dry run must have committed nothing";
  }
  const auto again = admin->commit_first(kGroup, kTopic, "another", false);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_THAT(*again, Each(Field(&kafka::FirstCommitResult::outcome, FirstCommit::already_committed)));
  EXPECT_THAT(*again, Each(Field(&kafka::FirstCommitResult::metadata, kFirst)));
}

TEST_F(AdminTest, TheFirstCommitFailsAsAWholeWhenTheBrokerSaysSo) {
  const auto admin = make_admin();
  cluster_.fail_next(KafkaRequest::offset_commit, {KafkaError::unknown_member_id});
  const auto refused = admin->commit_first(kGroup, kTopic, kFirst, false);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("active members"));
}

TEST_F(AdminTest, AMemberBeginsAtTheFirstCommit) {
  ASSERT_TRUE(make_admin()->commit_first(kGroup, kTopic, kFirst, false));
  GroupMember member(consumer_settings(cluster_, "first start"));
  const std::vector<std::int32_t> all{0, 1, 2};
  const auto committed = member.consumer->committed(all, 5s);
  ASSERT_TRUE(committed) << committed.error().message;
  EXPECT_THAT(*committed, ElementsAre(kafka::CommittedOffset{0, 0, kFirst}, kafka::CommittedOffset{1, 0, kFirst},
                                      kafka::CommittedOffset{2, 0, kFirst}));
}

class LogReaderTest : public AdminTest {
 protected:
  std::unique_ptr<kafka::LogReader> make_reader() const {
    return std::move(kafka::LogReader::create(cluster_.client(), kTopic, ignore_log).value());
  }
  void fill() {
    const auto producer = make_producer(producer_settings(cluster_));
    for (int i = 0; i < 30; ++i) {
      ASSERT_TRUE(produce(*producer, i % 3, std::to_string(i)).acknowledged());
    }
  }
};

TEST_F(LogReaderTest, ReadsExactlyTheOffsetsAskedFor) {
  fill();
  const auto reader = make_reader();
  EXPECT_THAT(reader->ranges(5s).value(),
              ElementsAre(kafka::OffsetRange{0, 0, 10}, kafka::OffsetRange{1, 0, 10}, kafka::OffsetRange{2, 0, 10}));
  const std::vector<kafka::OffsetRange> wanted{{1, 2, 5}, {2, 9, 10}, {0, 3, 3}};
  std::vector<std::string> seen;
  const auto done = reader->read(wanted, 5s, [&](const kafka::ConsumedMessage& message) {
    seen.emplace_back(message.payload());
    return true;
  });
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_THAT(seen, testing::UnorderedElementsAre("7", "10", "13", "29"));
}

TEST_F(LogReaderTest, StopsWhenTheVisitorHasSeenEnoughAndCanReadAgain) {
  fill();
  const auto reader = make_reader();
  for (int round = 0; round < 2; ++round) {
    int seen = 0;
    const std::vector<kafka::OffsetRange> wanted{{0, 0, 10}};
    EXPECT_TRUE(reader->read(wanted, 5s, [&](const auto&) { return ++seen < 4; }));
    EXPECT_EQ(seen, 4);
  }
}

TEST_F(LogReaderTest, FailsWhenTheRangeDoesNotFillUpOrIsNotInTheLog) {
  fill();
  const auto reader = make_reader();
  const std::vector<kafka::OffsetRange> future{{0, 0, 11}};
  const auto starved = reader->read(future, 300ms, [](const auto&) { return true; });
  ASSERT_FALSE(starved);
  EXPECT_THAT(starved.error().message, HasSubstr("partition 0 has not reached offset 11"));
  const std::vector<kafka::OffsetRange> nowhere{{0, 500, 501}};
  const auto missing = reader->read(nowhere, 5s, [](const auto&) { return true; });
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("_AUTO_OFFSET_RESET"));
}

TEST_F(LogReaderTest, FollowsWhatComes) {
  const auto reader = make_reader();
  const auto ranges = reader->ranges(5s).value();
  std::vector<kafka::OffsetRange> ends;
  for (const auto& range : ranges) {
    ends.push_back({range.partition, range.end, range.end});
  }
  ASSERT_TRUE(reader->follow(ends));
  EXPECT_FALSE(reader->next(100ms).value());
  fill();
  int seen = 0;
  EXPECT_TRUE(eventually([&] {
    const auto message = reader->next(50ms);
    seen += message && *message ? 1 : 0;
    return seen == 30;
  }));
}

}  // namespace
}  // namespace metricstream::test
