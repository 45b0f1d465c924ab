#include "common/gzip/inflate_limits.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

#include "tests/unit/gzip/zlib_reference.hpp"

namespace metricstream::gzip {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;

TEST(InflateLimits, the_default_is_eight_mebibytes_a_hundred_times_the_input_or_one_mebibyte) {
  const InflateLimits limits;
  EXPECT_EQ(largest_inflated(0, limits), kMiB);
  EXPECT_EQ(largest_inflated(10'485, limits), kMiB);  // 1,048,500
  EXPECT_EQ(largest_inflated(10'486, limits), 1'048'600U);
  EXPECT_EQ(largest_inflated(83'886, limits), 8'388'600U);
  EXPECT_EQ(largest_inflated(83'887, limits), 8 * kMiB);
  EXPECT_EQ(largest_inflated(SIZE_MAX, limits), 8 * kMiB);
}

TEST(InflateLimits, each_of_the_three_is_configurable) {
  EXPECT_EQ(largest_inflated(10, {.max_inflated = 50, .free_inflated = 1000, .max_ratio = 100}), 50U);
  EXPECT_EQ(largest_inflated(10, {.max_inflated = 5000, .free_inflated = 1001, .max_ratio = 100}), 1001U);
  EXPECT_EQ(largest_inflated(10, {.max_inflated = 5000, .free_inflated = 999, .max_ratio = 100}), 1000U);
  EXPECT_EQ(largest_inflated(10, {.max_inflated = 5000, .free_inflated = 0, .max_ratio = 0}), 0U);
  EXPECT_EQ(largest_inflated(SIZE_MAX, {.max_inflated = SIZE_MAX, .free_inflated = 0, .max_ratio = 2}), SIZE_MAX);
}

TEST(InflatedBound, is_the_size_of_an_honest_body_that_compresses_well) {
  const std::string data(100'000, 'x');
  const std::string body = testing::gzip_by_zlib(data);
  EXPECT_EQ(inflated_bound(body, {}), data.size());
}

TEST(InflatedBound, leaves_room_of_eight_times_the_input_for_bodies_whose_last_bytes_say_less) {
  std::string body(1000, '\0');
  EXPECT_EQ(inflated_bound(body, {}), 8000U);
  body[body.size() - 3] = '\x20';  // 8192
  EXPECT_EQ(inflated_bound(body, {}), 8192U);
  EXPECT_EQ(inflated_bound(body, {.max_inflated = 8191}), 8191U);
  EXPECT_EQ(inflated_bound("", {}), 0U);
  EXPECT_EQ(inflated_bound("abc", {}), 24U);
}

TEST(InflatedBound, never_exceeds_the_largest_whatever_the_last_bytes_say) {
  std::mt19937_64 random(3);
  std::string body;
  for (int round = 0; round < 100'000; ++round) {
    body.resize(random() % 64);
    for (char& byte : body) byte = static_cast<char>(random());
    const InflateLimits limits{random() % 5000, random() % 5000, random() % 50};
    ASSERT_LE(inflated_bound(body, limits), largest_inflated(body.size(), limits));
  }
  EXPECT_EQ(inflated_bound("\xff\xff\xff\xff", {}), kMiB);
}

}  // namespace
}  // namespace metricstream::gzip
