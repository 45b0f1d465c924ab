#include "services/aggregator/tick.hpp"

#include <gtest/gtest.h>

#include "common/codec/record.hpp"

namespace metricstream::aggregator {
namespace {

fold::FoldSettings with_sizes(std::initializer_list<TimeNs> sizes) {
  fold::FoldSettings settings;
  settings.windows.clear();
  for (const TimeNs size : sizes) settings.windows.push_back({size, 0});
  return settings;
}

TEST(TickSchedule, TicksEverySecondOrTwiceInTheSmallestWindow) {
  EXPECT_EQ(TickSchedule(with_sizes({kMinute})).interval(), kSecond);
  EXPECT_EQ(TickSchedule(with_sizes({kMinute, 2 * kSecond})).interval(), kSecond);
  EXPECT_EQ(TickSchedule(with_sizes({kMinute, kSecond})).interval(), kSecond / 2);
}

TEST(TickSchedule, TicksOnlyAPartitionFromWhichNothingWasReadMeanwhile) {
  TickSchedule schedule(with_sizes({kMinute}));
  EXPECT_TRUE(schedule.is_due(3, 10 * kSecond));
  schedule.touch(3, 10 * kSecond);
  EXPECT_FALSE(schedule.is_due(3, 11 * kSecond - 1));
  EXPECT_TRUE(schedule.is_due(3, 11 * kSecond));
  EXPECT_TRUE(schedule.is_due(4, 10 * kSecond));
}

TEST(Tick, DecodesAsARecordWithoutSamplesThatCarriesTheTime) {
  const fold::FoldSettings settings;
  const std::string bytes = encode_tick(5 * kHour, settings);
  Record record;
  ASSERT_TRUE(decode_record(bytes, record));
  EXPECT_EQ(record.kind, RecordKind::tick);
  EXPECT_EQ(record.accepted_at, 5 * kHour);
  EXPECT_EQ(record.partitions, settings.partitions);
  EXPECT_EQ(record.batch.size(), 0U);
}

}  // namespace
}  // namespace metricstream::aggregator
