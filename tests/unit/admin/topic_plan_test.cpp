#include "services/admin/topic_plan.hpp"

#include <gtest/gtest.h>

namespace metricstream::admin {
namespace {

TEST(TopicPlan, IsTheContractsTopics) {
  const auto topics = topic_plan({.raw_topic = "metrics-raw", .partitions = 12, .replication = 3});
  ASSERT_EQ(topics.size(), 3U);
  EXPECT_EQ(topics[0].name, "metrics-raw");
  EXPECT_EQ(topics[1].name, "metrics-dlq");
  EXPECT_EQ(topics[2].name, "metrics-late");
  for (const auto& topic : topics) {
    EXPECT_EQ(topic.partitions, 12);
    EXPECT_EQ(topic.replication, 3);
    EXPECT_EQ(topic.config.at("compression.type"), "lz4");
    EXPECT_EQ(topic.config.at("retention.ms"), "604800000");
    EXPECT_EQ(topic.config.at("min.insync.replicas"), "2");
  }
  EXPECT_EQ(topics[0].config.at("message.timestamp.type"), "LogAppendTime");
}

TEST(TopicPlan, OneReplicaAcknowledgesAlone) {
  EXPECT_EQ(topic_plan({}).front().config.at("min.insync.replicas"), "1");
}

TEST(TopicPlan, AnotherNumberOfPartitionsOrClientTimesMakeATopicUnusable) {
  EXPECT_TRUE(is_unusable({{"partitions", "12", "6"}}));
  EXPECT_TRUE(is_unusable({{"retention.ms", "1", "2"}, {"message.timestamp.type", "LogAppendTime", "CreateTime"}}));
  EXPECT_FALSE(is_unusable({{"retention.ms", "604800000", "86400000"}, {"replication", "3", "1"}}));
  EXPECT_FALSE(is_unusable({}));
}

TEST(TopicPlan, ADifferenceIsASentence) {
  EXPECT_EQ(describe(kafka::TopicDifference{"partitions", "12", "6"}), "partitions is 6, expected 12");
  EXPECT_EQ(describe(kafka::TopicDifference{"x", "1", ""}), "x is not set, expected 1");
}

TEST(TopicPlan, SaysHowADifferenceIsPutRight) {
  EXPECT_EQ(remedy("metrics-raw", {"partitions", "12", "6"}),
            "a topic's number of partitions never changes: set kafka.partitions to 6 at every service, or take another "
            "topic");
  EXPECT_EQ(remedy("metrics-raw", {"message.timestamp.type", "LogAppendTime", "CreateTime"}),
            "kafka-configs.sh --alter --entity-type topics --entity-name metrics-raw --add-config "
            "message.timestamp.type=LogAppendTime");
}

}  // namespace
}  // namespace metricstream::admin
