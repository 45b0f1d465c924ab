#include "common/config/value.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

namespace metricstream::config {
namespace {

using namespace std::chrono_literals;

TEST(Value, IntegersTakeTheWholeTextInTheirRange) {
  EXPECT_EQ(Value<int>::parse("-12"), -12);
  EXPECT_EQ(Value<std::uint16_t>::parse("65535"), 65535);
  for (const char* text : {"", " 1", "1 ", "1.0", "0x10", "1e3", "four", "99999999999999999999", "+1"}) {
    EXPECT_EQ(Value<int>::parse(text), std::nullopt) << text;
  }
  EXPECT_EQ(Value<std::uint16_t>::parse("65536"), std::nullopt);
  EXPECT_EQ(Value<unsigned>::parse("-1"), std::nullopt);
}

TEST(Value, NumbersAreFinite) {
  EXPECT_EQ(Value<double>::parse("0.25"), 0.25);
  EXPECT_EQ(Value<double>::parse("1e-3"), 0.001);
  for (const char* text : {"", "nan", "inf", "1,5", "1e999"}) EXPECT_EQ(Value<double>::parse(text), std::nullopt);
}

TEST(Value, BooleansAreTrueAndFalseOnly) {
  EXPECT_EQ(Value<bool>::parse("true"), true);
  EXPECT_EQ(Value<bool>::parse("false"), false);
  for (const char* text : {"yes", "no", "on", "1", "True", ""}) EXPECT_EQ(Value<bool>::parse(text), std::nullopt);
}

TEST(Value, DurationsAreRefusedRatherThanRounded) {
  EXPECT_EQ(Value<std::chrono::milliseconds>::parse("1m30s"), 90s);
  EXPECT_EQ(Value<std::chrono::seconds>::parse("1500ms"), std::nullopt);
  EXPECT_EQ(Value<std::chrono::seconds>::parse("2000ms"), 2s);
  EXPECT_EQ(Value<std::chrono::seconds>::parse("10"), std::nullopt);
}

TEST(Value, PrintsWhatItReadsBack) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t bits = random() >> (random() % 64);
    const auto number = static_cast<std::int64_t>(bits);
    EXPECT_EQ(Value<std::int64_t>::parse(Value<std::int64_t>::format(number)), number);
    const double real = static_cast<double>(number) / 7.0;
    EXPECT_EQ(Value<double>::parse(Value<double>::format(real)), real);
    const std::chrono::milliseconds duration{bits % 1'000'000'000'000ULL};
    EXPECT_EQ(Value<std::chrono::milliseconds>::parse(Value<std::chrono::milliseconds>::format(duration)), duration);
    EXPECT_EQ(Value<ByteSize>::parse(Value<ByteSize>::format({bits})), ByteSize{bits});
  }
}

TEST(Value, ASecretPrintsAsStars) {
  EXPECT_EQ(Value<Secret>::format(Secret("hunter2")), "***");
  EXPECT_EQ(Value<Secret>::format(Secret()), "");
}

TEST(Check, BetweenHoldsWithBothEnds) {
  const Check<int> check = between(2, 5);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(check.holds(i), i >= 2 && i <= 5) << i;
  EXPECT_EQ(check.expected, " from 2 to 5");
  const Check<std::chrono::nanoseconds> time = between(1s, 2min);
  EXPECT_EQ(time.expected, " from 1s to 2m");
  EXPECT_TRUE(time.holds(1s) && time.holds(2min) && !time.holds(999ms) && !time.holds(121s));
}

TEST(Check, ItsPhraseReadsAsOne) {
  EXPECT_EQ(expected_phrase("an integer of 0 or more", " from 1 to 256"), "an integer from 1 to 256");
  EXPECT_EQ(expected_phrase("an integer from 0 to 65535", " of at least 3"), "an integer of at least 3");
  EXPECT_EQ(expected_phrase(Value<std::chrono::seconds>::expected(), " from 1s to 10m"),
            "a duration from 1s to 10m, in steps of 1s");
  EXPECT_EQ(expected_phrase(Value<ByteSize>::expected(), " from 1KiB to 1MiB"), "a size from 1KiB to 1MiB");
  EXPECT_EQ(expected_phrase("a number", " from 0 to 1"), "a number from 0 to 1");
  EXPECT_EQ(expected_phrase("text", ", not empty"), "text, not empty");
  EXPECT_EQ(expected_phrase("text", "a URL"), "a URL");
  EXPECT_EQ(expected_phrase("text", ""), "text");
}

TEST(Check, HostAndPortTakesWhatCanBeListenedOn) {
  const auto holds = host_and_port().holds;
  for (const char* text : {"127.0.0.1:8080", "localhost:0", ":8080", "[::1]:65535", "kafka-1.example.com:9092"}) {
    EXPECT_TRUE(holds(text)) << text;
  }
  for (const char* text : {"", "8080", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost:80x",
                           "::1:80", "[::1:80", "[]:80", "http://x:80", "a b:80", "x:000080"}) {
    EXPECT_FALSE(holds(text)) << text;
  }
}

TEST(Check, HttpUrlNeedsSchemeAndHost) {
  const auto holds = http_url().holds;
  for (const char* text : {"http://localhost", "https://metrics.company.com", "http://127.0.0.1:8086/",
                           "http://[::1]:1", "http://user:pass@host:8086", "http://host/path?query"}) {
    EXPECT_TRUE(holds(text)) << text;
  }
  for (const char* text :
       {"", "localhost:8086", "ftp://host", "http://", "http:///x", "http://:80", "http://h:99999", "http://a b"}) {
    EXPECT_FALSE(holds(text)) << text;
  }
}

}  // namespace
}  // namespace metricstream::config
