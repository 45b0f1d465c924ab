#include "common/base/byte_size.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <utility>

namespace metricstream {
namespace {

TEST(ByteSize, ReadsBinaryAndDecimalUnits) {
  constexpr std::pair<const char*, std::uint64_t> sizes[] = {
      {"0", 0},         {"4096", 4096},     {"7B", 7},
      {"64KiB", 65536}, {"1MiB", 1048576},  {"2GiB", 1ULL << 31U},
      {"64kB", 64'000}, {"3MB", 3'000'000}, {"5GB", 5'000'000'000}};
  for (const auto& [text, bytes] : sizes) {
    const auto parsed = parse_byte_size(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->bytes, bytes) << text;
  }
}

TEST(ByteSize, RefusesOtherText) {
  for (const char* text : {"", "KiB", "-1", "+1", " 1", "1 KiB", "1K", "1kb", "1.5MiB", "1KiB1", "18446744073709551616",
                           "17179869184GiB"}) {
    const auto parsed = parse_byte_size(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message,
              "'" + std::string(text) + "': expected a size such as 4096, 64KiB, 1MiB, 2GiB (or kB, MB, GB)");
  }
}

TEST(ByteSize, PrintsTheShortestExactForm) {
  EXPECT_EQ(format_byte_size({0}), "0");
  EXPECT_EQ(format_byte_size({1023}), "1023");
  EXPECT_EQ(format_byte_size({1024}), "1KiB");
  EXPECT_EQ(format_byte_size({1000}), "1kB");
  EXPECT_EQ(format_byte_size({1'000'000}), "1MB");
  EXPECT_EQ(format_byte_size({1'048'576}), "1MiB");
  EXPECT_EQ(format_byte_size({1'048'577}), "1048577");
}

TEST(ByteSize, ReadsBackWhatItPrints) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 20'000; ++i) {
    std::uint64_t bytes = random() >> (random() % 64);
    if (i % 3 == 0) bytes &= ~std::uint64_t{1023};
    if (i % 7 == 0) bytes -= bytes % 1'000'000;
    const auto parsed = parse_byte_size(format_byte_size({bytes}));
    ASSERT_TRUE(parsed) << bytes;
    ASSERT_EQ(parsed->bytes, bytes);
  }
  EXPECT_TRUE(parse_byte_size(format_byte_size({std::numeric_limits<std::uint64_t>::max()})));
}

}  // namespace
}  // namespace metricstream
