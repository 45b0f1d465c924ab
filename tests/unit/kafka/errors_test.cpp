#include "common/kafka/errors.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "common/kafka/producer.hpp"

namespace metricstream::kafka {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr CommitError kCommitErrors[] = {
    CommitError::none,   CommitError::rebalance_in_progress,   CommitError::ownership_lost,
    CommitError::fenced, CommitError::coordinator_unavailable, CommitError::refused};

TEST(CommitErrorTest, WhatMayBeRetriedIsStillOwned) {
  for (const CommitError error : kCommitErrors) {
    EXPECT_TRUE(keeps_ownership(error) || !is_retryable(error)) << name_of(error);
  }
}

TEST(CommitErrorTest, OwnershipEndsExactlyWhenSomebodyElseMayHaveThePartition) {
  for (const CommitError error : kCommitErrors) {
    const bool gone = error == CommitError::ownership_lost || error == CommitError::fenced;
    EXPECT_EQ(keeps_ownership(error), !gone) << name_of(error);
  }
}

TEST(CommitErrorTest, ARefusalIsNotRetried) {
  EXPECT_FALSE(is_retryable(CommitError::refused));
  EXPECT_FALSE(is_retryable(CommitError::none));
  EXPECT_TRUE(is_retryable(CommitError::rebalance_in_progress));
  EXPECT_TRUE(is_retryable(CommitError::coordinator_unavailable));
}

TEST(CommitErrorTest, EveryErrorHasItsOwnName) {
  std::set<std::string> names;
  for (const CommitError error : kCommitErrors) {
    names.insert(name_of(error));
  }
  EXPECT_EQ(names.size(), std::size(kCommitErrors));
}

TEST(ConsumerErrorTest, AHoleOrDamageStopsThePartitionAndADeadHandleTheProcess) {
  EXPECT_EQ(action_for(ConsumerError::offset_out_of_range), ConsumerAction::stop_partition);
  EXPECT_EQ(action_for(ConsumerError::corrupt_message), ConsumerAction::stop_partition);
  EXPECT_EQ(action_for(ConsumerError::fenced), ConsumerAction::stop_process);
  EXPECT_EQ(action_for(ConsumerError::fatal), ConsumerAction::stop_process);
  for (const ConsumerError heals :
       {ConsumerError::poll_interval, ConsumerError::topic_missing, ConsumerError::not_authorized,
        ConsumerError::brokers_unreachable, ConsumerError::other}) {
    EXPECT_EQ(action_for(heals), ConsumerAction::wait) << name_of(heals);
  }
}

TEST(PartitionCountTest, EqualNumbersAreFine) { EXPECT_TRUE(check_partition_count("metrics-raw", 12, 12)); }

TEST(PartitionCountTest, ADifferenceNamesTopicAndBothNumbersAndWhatToDo) {
  const auto checked = check_partition_count("metrics-raw", 6, 12);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message,
              AllOf(HasSubstr("topic 'metrics-raw' has 6 partitions, configuration says kafka.partitions: 12"),
                    HasSubstr("set kafka.partitions to 6")));
}

TEST(DeliveryStatusTest, OnlyAcknowledgedIsASuccess) {
  for (const DeliveryStatus status :
       {DeliveryStatus::acknowledged, DeliveryStatus::queue_full, DeliveryStatus::message_too_large,
        DeliveryStatus::unavailable, DeliveryStatus::failed, DeliveryStatus::unconfirmed}) {
    const DeliveryResult result{status, {}, {}};
    EXPECT_EQ(result.acknowledged(), status == DeliveryStatus::acknowledged) << name_of(status);
  }
  EXPECT_FALSE(DeliveryResult{}.acknowledged());
}

}  // namespace
}  // namespace metricstream::kafka
