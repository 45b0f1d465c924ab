#include "common/base/duration.hpp"

#include <gtest/gtest.h>

#include <random>
#include <utility>

namespace metricstream {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsUnitsFromTheLargestDown) {
  const std::pair<const char*, std::chrono::nanoseconds> durations[] = {
      {"0s", 0s},
      {"10s", 10s},
      {"500ms", 500ms},
      {"1h30m", 90min},
      {"75m", 75min},
      {"7d", 168h},
      {"2w", 14 * 24h},
      {"1y", 365 * 24h},
      {"250us", 250us},
      {"3ns", 3ns},
      {"1m30s", 90s},
      {"1d1ns", 24h + 1ns},
      {"1h2m3s4ms5us6ns", 1h + 2min + 3s + 4ms + 5us + 6ns}};
  for (const auto& [text, expected] : durations) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, expected) << text;
  }
}

TEST(Duration, RefusesOtherText) {
  for (const char* text : {"", "10", "s", "-5s", "+5s", "1.5s", "10 s", " 10s", "10s ", "10S", "30s1m", "1m1m", "1min",
                           "1x", "10s5", "9999999999999999999s", "300y", "9223372036854775808ns"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message,
              "'" + std::string(text) + "': expected a duration such as 500ms, 10s, 1m30s, 75m, 7d");
  }
}

TEST(Duration, PrintsAsPeopleWriteIt) {
  const std::pair<std::chrono::nanoseconds, const char*> durations[] = {
      {0s, "0s"},   {60s, "1m"},       {90s, "1m30s"},    {75min, "1h15m"},
      {168h, "7d"}, {90 * 24h, "90d"}, {365 * 24h, "1y"}, {1500us, "1ms500us"}};
  for (const auto& [duration, expected] : durations) EXPECT_EQ(format_duration(duration), expected);
}

TEST(Duration, ReadsBackWhatItPrints) {
  std::mt19937_64 random(5);
  constexpr std::int64_t units[] = {1, 1'000, 1'000'000, 1'000'000'000, 60'000'000'000, 86'400'000'000'000};
  for (int i = 0; i < 20'000; ++i) {
    std::int64_t ns = static_cast<std::int64_t>(random() >> (1 + random() % 63));
    ns -= ns % units[random() % 6];
    const auto parsed = parse_duration(format_duration(std::chrono::nanoseconds{ns}));
    ASSERT_TRUE(parsed) << ns;
    ASSERT_EQ(parsed->count(), ns);
  }
}

}  // namespace
}  // namespace metricstream
