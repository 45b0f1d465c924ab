#include "services/aggregator/line_output.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace metricstream::aggregator {
namespace {

class LineOutputTest : public testing::Test {
 protected:
  static std::shared_ptr<sink::Lane> make_lane(const char* size) {
    return std::make_shared<sink::Lane>(*influx::default_policy(size), sink::BatchLimits{}, [] {});
  }

  std::string lines(sink::Lane& lane) {
    lane.flush();
    TimeNs sleep_until = 0;
    std::string out;
    while (const auto batch = lane.take(0, &sleep_until)) {
      for (std::size_t i = 0; i < batch->lines.size(); ++i) out += std::string(batch->lines.line(i)) + "\n";
      lane.settle(*batch);
    }
    return out;
  }

  sink::LaneSet lanes_{{{"raw", make_lane("raw")}, {"10s", make_lane("10s")}, {"1m", make_lane("1m")}}};
  LineOutput output_{lanes_, {{10 * kSecond, 0}, {kMinute, 0}}, Logger::null()};
};

TEST_F(LineOutputTest, WritesASampleAsAFloatIntoTheRawLane) {
  output_.raw({7, 0}, {"cpu,host=a", 1'700'000'000'000'000'000, 1});
  EXPECT_EQ(lines(lanes_.lane("raw")), "cpu,host=a value=1 1700000000000000000\n");
  EXPECT_EQ(lines(lanes_.lane("1m")), "");
}

TEST_F(LineOutputTest, WritesAResultIntoTheLaneOfItsSizeWithTheCountAsAnInteger) {
  const std::vector<fold::FieldValue> fields{{.name = "count", .count = 3, .is_count = true},
                                             {.name = "avg", .value = 0.5}};
  output_.window({7, 0}, {"cpu,host=a", 1, 60 * kSecond, fields, 1});
  EXPECT_EQ(lines(lanes_.lane("1m")), "cpu,host=a count=3i,avg=0.5 60000000000\n");
  EXPECT_EQ(lines(lanes_.lane("10s")), "");
}

TEST_F(LineOutputTest, HoldsTheCommitPointAtTheRecordThatCausedTheOldestUnsettledLine) {
  output_.raw({7, 100}, {"cpu", 1'700'000'000'000'000'000, 1});
  output_.raw({9, 200}, {"cpu", 1'700'000'000'000'000'001, 2});
  ASSERT_TRUE(lanes_.oldest_unsettled());
  EXPECT_EQ(lanes_.oldest_unsettled()->offset, 7);
  EXPECT_EQ(lanes_.oldest_unsettled()->stream_time, 100);
  static_cast<void>(lines(lanes_.lane("raw")));
  EXPECT_FALSE(lanes_.oldest_unsettled());
}

}  // namespace
}  // namespace metricstream::aggregator
