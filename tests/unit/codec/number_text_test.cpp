#include "common/codec/number_text.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <random>
#include <string>

#include "common/codec/record.hpp"

namespace metricstream {
namespace {

using ::testing::Optional;

TEST(Doubles, random_ones_come_back_bit_for_bit_from_17_digits) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 200'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    char text[64];
    const int size = std::snprintf(text, sizeof text, "%.17g", value);
    const auto parsed = parse_double({text, static_cast<std::size_t>(size)});
    ASSERT_TRUE(parsed) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(*parsed), std::bit_cast<std::uint64_t>(value)) << text;
  }
}

TEST(Doubles, underflow_is_zero_and_overflow_is_nothing) {
  EXPECT_THAT(parse_double("1e-400"), Optional(0.0));
  EXPECT_THAT(parse_double("1e-2147483647"), Optional(0.0));
  EXPECT_THAT(parse_double("0." + std::string(400, '0') + "1"), Optional(0.0));
  EXPECT_TRUE(std::signbit(*parse_double("-1e-400")));
  EXPECT_TRUE(std::signbit(*parse_double("-0")));
  EXPECT_THAT(parse_double("5e-324"), Optional(5e-324));
  EXPECT_THAT(parse_double("0e999999"), Optional(0.0));
  EXPECT_THAT(parse_double("1.7976931348623157e308"), Optional(1.7976931348623157e308));
  EXPECT_EQ(parse_double("1.7976931348623159e308"), std::nullopt);
  EXPECT_EQ(parse_double("1e309"), std::nullopt);
  EXPECT_EQ(parse_double("-1e2147483647"), std::nullopt);
  EXPECT_EQ(parse_double(std::string(400, '9')), std::nullopt);
}

TEST(UnixTime, the_unit_follows_from_the_magnitude) {
  EXPECT_THAT(parse_unix_time("1705363200"), Optional(1'705'363'200 * kSecond));
  EXPECT_THAT(parse_unix_time("1705363200123"), Optional(1'705'363'200'123 * kMillisecond));
  EXPECT_THAT(parse_unix_time("1705363200123456"), Optional(1'705'363'200'123'456'000));
  EXPECT_THAT(parse_unix_time("1705363200123456789"), Optional(1'705'363'200'123'456'789));
  // Both sides of each border.
  EXPECT_THAT(parse_unix_time("4999999999"), Optional(4'999'999'999 * kSecond));
  EXPECT_THAT(parse_unix_time("5000000000"), Optional(5'000'000'000 * kMillisecond));
  EXPECT_THAT(parse_unix_time("4999999999999"), Optional(4'999'999'999'999 * kMillisecond));
  EXPECT_THAT(parse_unix_time("5000000000000"), Optional(5'000'000'000'000'000));
  EXPECT_THAT(parse_unix_time("4999999999999999"), Optional(4'999'999'999'999'999'000));
  EXPECT_THAT(parse_unix_time("5000000000000000"), Optional(5'000'000'000'000'000));
}

TEST(UnixTime, fractions_are_exact_to_the_nanosecond_and_cut_there) {
  EXPECT_THAT(parse_unix_time("1705363200.123456789"), Optional(1'705'363'200'123'456'789));
  EXPECT_THAT(parse_unix_time("1705363200.1234567899"), Optional(1'705'363'200'123'456'789));
  EXPECT_THAT(parse_unix_time("1705363200123.456789"), Optional(1'705'363'200'123'456'789));
  EXPECT_THAT(parse_unix_time("1705363200123456.789"), Optional(1'705'363'200'123'456'789));
  EXPECT_THAT(parse_unix_time("1705363200123456789.9"), Optional(1'705'363'200'123'456'789));
  EXPECT_THAT(parse_unix_time("1705363200.0"), Optional(1'705'363'200 * kSecond));
  EXPECT_THAT(parse_unix_time("0.001"), Optional(kMillisecond));
  // A double would round this up over the border of the seconds.
  EXPECT_THAT(parse_unix_time("4999999999.99999999999999999"), Optional(4'999'999'999'999'999'999));
}

TEST(UnixTime, exponents_move_the_point) {
  EXPECT_THAT(parse_unix_time("1.7053632e9"), Optional(1'705'363'200 * kSecond));
  EXPECT_THAT(parse_unix_time("1.705363200123E+12"), Optional(1'705'363'200'123 * kMillisecond));
  EXPECT_THAT(parse_unix_time("17053632001e-1"), Optional(1'705'363'200 * kSecond + 100 * kMillisecond));
  EXPECT_THAT(parse_unix_time("1e-3"), Optional(kMillisecond));
  EXPECT_THAT(parse_unix_time("12e-10"), Optional(1));
  EXPECT_THAT(parse_unix_time("0e5"), Optional(0));
  EXPECT_EQ(parse_unix_time("1e400"), std::nullopt);
  EXPECT_THAT(parse_unix_time("1e-2147483647"), Optional(0));
}

TEST(UnixTime, is_bounded_and_symmetric) {
  EXPECT_THAT(parse_unix_time("8000000000000000000"), Optional(kMaxRecordTime));
  EXPECT_EQ(parse_unix_time("8000000000000000001"), std::nullopt);
  EXPECT_EQ(parse_unix_time("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_unix_time("99999999999999999999999"), std::nullopt);
  EXPECT_THAT(parse_unix_time("-1.5"), Optional(-1'500 * kMillisecond));
  EXPECT_THAT(parse_unix_time("-5000000000"), Optional(-5'000'000'000 * kMillisecond));
}

TEST(UnixTime, integers_and_their_texts_agree) {
  std::mt19937_64 random(6);
  for (int i = 0; i < 100'000; ++i) {
    const auto number = static_cast<std::int64_t>(random()) >> (random() % 63);
    ASSERT_EQ(parse_unix_time(number), parse_unix_time(std::to_string(number))) << number;
  }
  EXPECT_EQ(parse_unix_time(INT64_MIN), std::nullopt);
  EXPECT_EQ(parse_unix_time(INT64_MAX), std::nullopt);
}

}  // namespace
}  // namespace metricstream
