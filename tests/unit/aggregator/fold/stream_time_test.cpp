#include "services/aggregator/fold/stream_time.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/aggregator/support/random.hpp"

namespace metricstream::fold {
namespace {

using test::Random;

TEST(StreamTime, IsTheBrokersUnlessItRunsAheadOfTheAcceptance) {
  EXPECT_EQ(record_time(100, 90, 20), 100);
  EXPECT_EQ(record_time(110, 90, 20), 110);
  EXPECT_EQ(record_time(111, 90, 20), 110);
  EXPECT_EQ(record_time(80, 90, 20), 80);
}

TEST(RevisionSchedule, CrossesExactlyAtItsMultiples) {
  Random random(3);
  for (int i = 0; i < 5000; ++i) {
    const TimeNs interval = random.between(1, 40);
    const auto partitions = static_cast<std::int32_t>(random.between(1, 12));
    const auto partition = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(partitions)));
    const RevisionSchedule schedule(interval, partition, partitions);
    const TimeNs before = random.between(-50, 200);
    const TimeNs after = before + random.between(0, 60);
    bool expected = false;
    const TimeNs shift = interval / partitions * partition;
    for (TimeNs at = before + 1; at <= after; ++at) expected |= (at - shift) % interval == 0;
    ASSERT_EQ(schedule.crosses(before, after), expected)
        << interval << " " << partition << "/" << partitions << " " << before << " to " << after;
  }
}

TEST(RevisionSchedule, GivesEachPartitionItsOwnMoment) {
  std::set<TimeNs> moments;
  for (std::int32_t partition = 0; partition < 12; ++partition) {
    const RevisionSchedule schedule(60, partition, 12);
    for (TimeNs at = 600; at < 660; ++at) {
      if (schedule.crosses(at - 1, at)) moments.insert(at);
    }
  }
  EXPECT_EQ(moments.size(), 12U);
}

}  // namespace
}  // namespace metricstream::fold
