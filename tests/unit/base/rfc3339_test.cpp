#include "common/base/rfc3339.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace metricstream {
namespace {

using testing::Optional;

TEST(Rfc3339, NeedsDateTimeAndOffset) {
  constexpr TimeNs time = 1'737'000'000 * kSecond;
  EXPECT_THAT(parse_rfc3339("2025-01-16T04:00:00Z"), Optional(time));
  EXPECT_THAT(parse_rfc3339("2025-01-16t04:00:00z"), Optional(time));
  EXPECT_THAT(parse_rfc3339("2025-01-16 04:00:00Z"), Optional(time));
  EXPECT_THAT(parse_rfc3339("2025-01-16T05:30:00+01:30"), Optional(time));
  EXPECT_THAT(parse_rfc3339("2025-01-15T20:00:00-08:00"), Optional(time));
  EXPECT_THAT(parse_rfc3339("2025-01-16T04:00:00.123456789Z"), Optional(time + 123'456'789));
  EXPECT_THAT(parse_rfc3339("2025-01-16T04:00:00.1234567899+00:00"), Optional(time + 123'456'789));
  EXPECT_THAT(parse_rfc3339("2025-01-16T04:00:00.5Z"), Optional(time + kSecond / 2));
  EXPECT_THAT(parse_rfc3339("2016-12-31T23:59:60Z"), Optional(1'483'228'800 * kSecond));
  EXPECT_THAT(parse_rfc3339("2024-02-29T00:00:00Z"), Optional(1'709'164'800 * kSecond));
  EXPECT_THAT(parse_rfc3339("1969-12-31T23:59:59.5Z"), Optional(-kSecond / 2));
}

TEST(Rfc3339, AnythingElseIsRefused) {
  for (const std::string_view bad : {"",
                                     "2025",
                                     "2025-01-16",
                                     "2025-01-16T04:00:00",
                                     "2025-01-16T04:00Z",
                                     "2025-1-16T04:00:00Z",
                                     "2025-01-16T04:00:00.Z",
                                     "2025-13-01T00:00:00Z",
                                     "2025-00-01T00:00:00Z",
                                     "2023-02-29T00:00:00Z",
                                     "2025-04-31T00:00:00Z",
                                     "2025-01-16T24:00:00Z",
                                     "2025-01-16T04:60:00Z",
                                     "2025-01-16T04:00:61Z",
                                     "2025-01-16T04:00:00+0100",
                                     "2025-01-16T04:00:00+24:00",
                                     "2025-01-16T04:00:00+01:60",
                                     "2025-01-16T04:00:00Z ",
                                     " 2025-01-16T04:00:00Z",
                                     "2025-01-16X04:00:00Z",
                                     "-025-01-16T04:00:00Z",
                                     "1705363200",
                                     "now",
                                     "9999-12-31T23:59:59Z",
                                     "0001-01-01T00:00:00Z"}) {
    EXPECT_EQ(parse_rfc3339(bad), std::nullopt) << bad;
  }
}

TEST(Rfc3339, IsWrittenAsItIsRead) {
  EXPECT_EQ(format_rfc3339(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(format_rfc3339(1'709'164'800 * kSecond + 120 * kMillisecond), "2024-02-29T00:00:00.12Z");
  std::mt19937_64 random(1);
  std::uniform_int_distribution<TimeNs> any_time(-kMaxRfc3339Time + 1, kMaxRfc3339Time - 1);
  for (int i = 0; i < 20'000; ++i) {
    const TimeNs time = any_time(random);
    const TimeNs rounded = i % 2 == 0 ? time : floor_to(time, kSecond);
    if (rounded <= -kMaxRfc3339Time + kSecond) continue;
    ASSERT_THAT(parse_rfc3339(format_rfc3339(rounded)), Optional(rounded)) << format_rfc3339(rounded);
  }
}

}  // namespace
}  // namespace metricstream
