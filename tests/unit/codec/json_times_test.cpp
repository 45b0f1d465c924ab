// Timestamps: their spellings, and what becomes of those too old or too far ahead.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/unit/codec/json_fixture.hpp"

namespace metricstream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using testing::kNow;

class JsonTimes : public testing::JsonBatch {};

TEST_F(JsonTimes, without_timestamp_a_sample_gets_the_acceptance_time_plus_its_index) {
  const DecodeSummary summary = decode(R"([{"name":"a","value":1},{"bad":1},{"name":"a","value":2}])");
  EXPECT_EQ(batch_.timestamps, (std::vector<TimeNs>{kNow, kNow + 2}));
  EXPECT_THAT(batch_.arrivals, ElementsAre(0, 1));
  EXPECT_FALSE(summary.only_timed_readings);
}

TEST_F(JsonTimes, timestamps_at_the_limits_are_kept_and_past_them_refused_or_adjusted) {
  const auto body = [](TimeNs at) {
    return R"([{"name":"x"},{"name":"a","value":1,"timestamp":)" + std::to_string(at) + "}]";
  };
  const TimeNs oldest = kNow - 75 * kMinute;
  const TimeNs newest = kNow + kMinute;
  EXPECT_EQ(time(body(oldest)), oldest);
  EXPECT_EQ(decode(body(oldest - 1)).by_reason[static_cast<std::size_t>(Reason::too_old)], 1U);
  EXPECT_EQ(time(body(newest)), newest);
  EXPECT_THAT(batch_.adjusted, IsEmpty());

  const DecodeSummary adjusted = decode(body(newest + 1));
  EXPECT_EQ(adjusted.adjusted, 1U);
  EXPECT_EQ(adjusted.accepted, 1U);
  EXPECT_EQ(adjusted.rejected, 1U);
  EXPECT_TRUE(adjusted.only_timed_readings);
  ASSERT_EQ(adjusted.rejections.size(), 2U);
  EXPECT_EQ(adjusted.rejections[1].reason, Reason::adjusted_future);
  EXPECT_EQ(adjusted.rejections[1].index, 1U);
  EXPECT_EQ(batch_.timestamps[0], kNow + 1);
  ASSERT_EQ(batch_.adjusted.size(), 1U);
  EXPECT_EQ(batch_.adjusted[0].original, newest + 1);

  options_.time.future = FuturePolicy::reject;
  EXPECT_EQ(decode(body(newest + 1)).by_reason[static_cast<std::size_t>(Reason::too_new)], 1U);
}

TEST_F(JsonTimes, timestamps_come_as_numbers_of_four_units_or_as_text) {
  const auto at = [&](const std::string& text) { return time(R"({"name":"a","value":1,"timestamp":)" + text + "}"); };
  EXPECT_EQ(at("1737000000"), kNow);
  EXPECT_EQ(at("1737000000.25"), kNow + kSecond / 4);
  EXPECT_EQ(at("1737000000001"), kNow + kMillisecond);
  EXPECT_EQ(at("1737000000000001"), kNow + 1000);
  EXPECT_EQ(at("1737000000000000001"), kNow + 1);
  EXPECT_EQ(at("1.737e9"), kNow);
  EXPECT_EQ(at(R"("2025-01-16T04:00:00Z")"), kNow);
  EXPECT_EQ(at(R"("2025-01-16T05:00:00.5+01:00")"), kNow + kSecond / 2);
  for (const std::string bad : {"\"1737000000\"", "null", "true", "[]", "{}", "\"\"", "1e30", "99999999999999999999"}) {
    EXPECT_EQ(reason(R"({"name":"a","value":1,"timestamp":)" + bad + "}"), "invalid_timestamp timestamp") << bad;
  }
  EXPECT_EQ(reason(R"({"name":"a","value":1,"timestamp":0})"), "too_old timestamp");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"timestamp":-1})"), "too_old timestamp");
}

TEST_F(JsonTimes, the_magnitude_decides_the_unit_on_both_sides_of_each_border) {
  options_.time.max_age = 200LL * 365 * 24 * kHour;
  options_.time.max_future = 200LL * 365 * 24 * kHour;
  const std::vector<std::pair<std::string, TimeNs>> rows{
      {"0", 0},
      {"0.0", 0},
      {"-0", 0},
      {"0e99", 0},
      {"1", kSecond},
      {"0.000000001", 1},
      {"1e-9", 1},
      {"0.0000000019", 1},
      {"4999999999", 4'999'999'999 * kSecond},
      {"4999999999.999999999", 4'999'999'999'999'999'999},
      {"5000000000", 5'000'000'000 * kMillisecond},
      {"5e9", 5'000'000'000 * kMillisecond},
      {"4999999999999", 4'999'999'999'999 * kMillisecond},
      {"4999999999999.999999", 4'999'999'999'999'999'999},
      {"5000000000000", 5'000'000'000'000 * 1000},
      {"4999999999999999", 4'999'999'999'999'999 * 1000},
      {"4999999999999999.999", 4'999'999'999'999'999'999},
      {"5000000000000000", 5'000'000'000'000'000},
      {"1737000000123456789", 1'737'000'000'123'456'789},
      {"1737000000123456789.999", 1'737'000'000'123'456'789},
      {"1.737000000123456789e18", 1'737'000'000'123'456'789},
      {"1737000000123456789e0", 1'737'000'000'123'456'789},
      {"17370000001234567890e-1", 1'737'000'000'123'456'789},
      {"-1.5", -1'500 * kMillisecond},
      {"-62135596.8e1", -621'355'968 * kSecond},
      {R"("1970-01-01T00:00:00Z")", 0},
      {R"("1969-12-31T23:59:59.999999999Z")", -1},
      {R"("2025-01-16T04:00:00z")", kNow},
      {R"("2025-01-16t04:00:00.000000000Z")", kNow},
      {R"("2025-01-16 05:30:00+01:30")", kNow},
      {R"("2025-01-15T20:00:00-08:00")", kNow},
      {R"("2025\u002d01-16T04:00:00\u005a")", kNow},
      {R"("2025-01-16T04:00:00.1Z")", kNow + kSecond / 10},
      {R"("2025-01-16T04:00:00.1234567891Z")", kNow + 123'456'789},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(time(R"({"name":"a","value":1,"timestamp":)" + text + "}"), expected) << text;
    EXPECT_EQ(time(R"({"a":1,"timestamp":)" + text + "}"), expected) << text;
    EXPECT_EQ(time(R"({"metrics":[{"name":"a","value":1}],"timestamp":)" + text + "}"), expected) << text;
  }
}

TEST_F(JsonTimes, that_are_none_refuse_their_samples_wherever_they_stand) {
  for (const std::string text : {"null",
                                 "true",
                                 "false",
                                 "[]",
                                 "{}",
                                 "[1737000000]",
                                 R"({"s":1737000000})",
                                 R"("")",
                                 R"("1737000000")",
                                 R"("2025-01-16")",
                                 R"("2025-01-16T04:00:00")",
                                 R"("2025-01-16T04:00:00+0100")",
                                 R"("2025-02-30T04:00:00Z")",
                                 R"(" 2025-01-16T04:00:00Z")",
                                 R"("2025-01-16T04:00:00Z\u0000")",
                                 R"("now")",
                                 "8000000000000000001",
                                 "1e19",
                                 "99999999999999999999",
                                 "1e2147483647",
                                 "-8000000000000000001",
                                 "-1e40"}) {
    const std::string member = R"("timestamp":)" + text;
    EXPECT_EQ(reason(R"({"name":"a","value":1,)" + member + "}"), "invalid_timestamp timestamp") << text;
    EXPECT_EQ(reason(R"({"a":1,)" + member + "}"), "invalid_timestamp timestamp") << text;
    EXPECT_EQ(reason("{" + member + R"(,"metrics":[{"name":"a","value":1}]})"), "invalid_timestamp timestamp") << text;
    // A sample's own time makes the batch's unimportant.
    EXPECT_EQ(reason("{" + member + R"(,"metrics":[{"name":"a","value":1,"timestamp":1737000000}]})"), "accepted")
        << text;
  }
}

TEST_F(JsonTimes, of_a_batch_too_old_or_too_far_ahead_count_for_each_sample_without_its_own) {
  const std::string metrics = R"("metrics":[{"name":"a","value":1},{"name":"b","value":2,"timestamp":1737000000}]})";
  const DecodeSummary old = decode(R"({"timestamp":1000000000,)" + metrics);
  EXPECT_EQ(old.by_reason[static_cast<std::size_t>(Reason::too_old)], 1U);
  EXPECT_EQ(batch_.indexes, (std::vector<std::uint32_t>{1}));
  const DecodeSummary ahead = decode(R"({"timestamp":1737000061,)" + metrics);
  EXPECT_EQ(ahead.adjusted, 1U);
  EXPECT_EQ(batch_.timestamps, (std::vector<TimeNs>{kNow, kNow}));
  EXPECT_EQ(batch_.adjusted[0].original, kNow + 61 * kSecond);
}

}  // namespace
}  // namespace metricstream
