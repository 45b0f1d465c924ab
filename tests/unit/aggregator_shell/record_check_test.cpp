#include "services/aggregator/record_check.hpp"

#include <gtest/gtest.h>

namespace metricstream::aggregator {
namespace {

Record record_for(const fold::FoldSettings& settings) {
  Record record;
  record.partitions = settings.partitions;
  record.max_age = settings.max_age;
  return record;
}

TEST(RecordCheck, AcceptsARecordWrittenWithTheSameSettings) {
  const fold::FoldSettings settings;
  EXPECT_EQ(reason_to_stop(record_for(settings), settings), std::nullopt);
}

TEST(RecordCheck, StopsAtARecordOfAnotherNumberOfPartitions) {
  const fold::FoldSettings settings;
  Record record = record_for(settings);
  record.partitions = settings.partitions + 1;
  const auto reason = reason_to_stop(record, settings);
  ASSERT_TRUE(reason);
  EXPECT_NE(reason->find("13 partitions"), std::string::npos) << *reason;
  EXPECT_NE(reason->find("kafka.partitions here is 12"), std::string::npos) << *reason;
}

TEST(RecordCheck, AcceptsAYoungerMaxAgeAndStopsAtAnOlderOne) {
  const fold::FoldSettings settings;
  Record record = record_for(settings);
  record.max_age = settings.max_age - 1;
  EXPECT_EQ(reason_to_stop(record, settings), std::nullopt);
  record.max_age = settings.max_age + kSecond;
  const auto reason = reason_to_stop(record, settings);
  ASSERT_TRUE(reason);
  EXPECT_NE(reason->find("1h15m1s"), std::string::npos) << *reason;
}

TEST(RecordCheck, TakesNothingButLogAppendTime) {
  EXPECT_EQ(reason_to_stop(kafka::TimestampType::log_append_time), std::nullopt);
  EXPECT_TRUE(reason_to_stop(kafka::TimestampType::create_time));
  EXPECT_TRUE(reason_to_stop(kafka::TimestampType::none));
}

}  // namespace
}  // namespace metricstream::aggregator
