// Bodies that inflate to more than they may: refused at the bound, with no more memory than the bound.
#include <gtest/gtest.h>
#include <malloc.h>

#include <fstream>
#include <string>

#include "common/gzip/inflater.hpp"
#include "tests/support/sanitizers.hpp"
#include "tests/unit/gzip/zlib_reference.hpp"

namespace metricstream::gzip {
namespace {

using metricstream::test::kIsSanitized;
using testing::gzip_by_zlib;
using testing::member_of;

constexpr std::size_t kMiB = std::size_t{1} << 20U;

// `mebibytes` of zeros at deflate's best ratio, 1029:1, with a trailer that says `size`.
std::string bomb(std::size_t mebibytes, std::uint32_t size) {
  const std::string piece = testing::deflate_piece(std::string(kMiB, '\0'));
  std::string data;
  for (std::size_t i = 0; i < mebibytes; ++i) data += piece;
  data += std::string("\x03\x00", 2);
  return member_of(data, 0x1234'5678, size);
}

std::optional<InflateFault> fault_of(std::string_view body, const InflateLimits& limits, std::string& out) {
  Inflater inflater;
  const auto result = inflater.inflate(body, limits, out);
  return result ? std::nullopt : std::optional(result.error().fault);
}

std::optional<InflateFault> fault_of(std::string_view body, const InflateLimits& limits) {
  std::string out;
  return fault_of(body, limits, out);
}

// `data` as a member of exactly `bytes`: the extra field fills it up.
std::string padded_member(const std::string& data, std::size_t bytes) {
  const std::size_t bare = gzip_by_zlib(data, {.header = testing::GzipHeader{.extra = "x"}}).size() - 1;
  return gzip_by_zlib(data, {.header = testing::GzipHeader{.extra = std::string(bytes - bare, 'x')}});
}

// A field of /proc/self/status in bytes.
std::size_t memory_status(const std::string& field) {
  std::ifstream file("/proc/self/status");
  std::string word;
  while (file >> word) {
    std::size_t kibibytes = 0;
    if (word == field + ":" && file >> kibibytes) return kibibytes * 1024;
  }
  ADD_FAILURE() << "no " << field;
  return 0;
}

// How far resident memory rose while `work` ran. What was freed before is given back first: it would be taken again
// without a trace.
template <typename Work>
std::size_t growth_during(Work work) {
  ::malloc_trim(0);
  std::ofstream peak_reset("/proc/self/clear_refs");
  EXPECT_TRUE(peak_reset << "5" << std::flush);
  const std::size_t before = memory_status("VmRSS");
  work();
  const std::size_t peak = memory_status("VmHWM");
  return peak > before ? peak - before : 0;
}

TEST(InflateBounds, a_body_at_each_bound_is_accepted_and_one_byte_past_it_refused) {
  const std::size_t n = 1000;
  const std::string at = std::string(n, 'a');
  const std::string past = std::string(n + 1, 'a');
  for (const InflateLimits& limits : {InflateLimits{.max_inflated = n, .free_inflated = SIZE_MAX, .max_ratio = 100},
                                      InflateLimits{.max_inflated = SIZE_MAX, .free_inflated = n, .max_ratio = 0},
                                      InflateLimits{.max_inflated = SIZE_MAX, .free_inflated = 0, .max_ratio = 10}}) {
    EXPECT_EQ(fault_of(padded_member(at, 100), limits), std::nullopt);
    EXPECT_EQ(fault_of(padded_member(past, 100), limits), InflateFault::too_large);
  }
}

TEST(InflateBounds, the_shipped_bounds_hold_to_the_byte) {
  const InflateLimits limits;
  EXPECT_EQ(fault_of(gzip_by_zlib(std::string(kMiB, 'a')), limits), std::nullopt);
  EXPECT_EQ(fault_of(gzip_by_zlib(std::string(kMiB + 1, 'a')), limits), InflateFault::too_large);
  EXPECT_EQ(fault_of(padded_member(std::string(2'000'000, 'a'), 20'000), limits), std::nullopt);
  EXPECT_EQ(fault_of(padded_member(std::string(2'000'001, 'a'), 20'000), limits), InflateFault::too_large);
  const std::string noise = padded_member(std::string(60'000, 'a'), 65'000);
  EXPECT_EQ(fault_of(noise, limits), std::nullopt);
  EXPECT_EQ(fault_of(gzip_by_zlib(std::string(8 * kMiB, 'a'), {.level = 1}), limits), InflateFault::too_large)
      << "of a ratio above 100";
  std::string eight;
  while (eight.size() < 8 * kMiB) eight += std::to_string(eight.size() * 2'654'435'761U) + std::string(60, ' ');
  eight.resize(8 * kMiB);
  EXPECT_EQ(fault_of(gzip_by_zlib(eight), limits), std::nullopt);
  EXPECT_EQ(fault_of(gzip_by_zlib(eight + "x"), limits), InflateFault::too_large);
}

TEST(Bombs, are_refused_whatever_size_they_claim) {
  for (const std::size_t mebibytes : {std::size_t{9}, std::size_t{64}, std::size_t{1024}}) {
    const auto honest = static_cast<std::uint32_t>(mebibytes * kMiB);
    EXPECT_EQ(fault_of(bomb(mebibytes, honest), {}), InflateFault::too_large) << mebibytes;
    EXPECT_EQ(fault_of(bomb(mebibytes, UINT32_MAX), {}), InflateFault::too_large) << mebibytes;
    for (const std::uint32_t lie : {0U, 1U, 1000U}) {
      const auto fault = fault_of(bomb(mebibytes, lie), {});
      EXPECT_TRUE(fault == InflateFault::wrong_size || fault == InflateFault::too_large) << mebibytes << " " << lie;
    }
  }
}

TEST(Bombs, a_nested_one_is_inflated_once) {
  const std::string inner = bomb(64, 64 * kMiB);
  std::string out;
  EXPECT_EQ(fault_of(gzip_by_zlib(inner), {}, out), std::nullopt);
  EXPECT_TRUE(out == inner);
}

TEST(Bombs, a_claim_of_much_for_a_small_content_takes_no_more_than_the_bound) {
  const std::string body = member_of(testing::deflate_piece("small") + std::string("\x03\x00", 2),
                                     testing::crc_by_zlib("small"), 4'000'000'000U);
  std::string out;
  EXPECT_EQ(fault_of(body, {}, out), InflateFault::damaged);
  EXPECT_LE(out.capacity(), kMiB + 1);
}

TEST(Bombs, take_no_more_memory_than_was_to_be_charged_for_them) {
  for (const std::uint32_t claim : {1024U << 20U, UINT32_MAX, 0U, 5'000'000U}) {
    const std::string body = bomb(1024, claim);
    const std::size_t bound = inflated_bound(body, {});
    ASSERT_LE(bound, 8 * kMiB);
    std::string out;
    const std::size_t growth = growth_during([&] { EXPECT_TRUE(fault_of(body, {}, out)); });
    EXPECT_LE(out.capacity(), bound + 1);
    if (!kIsSanitized) {
      EXPECT_LE(growth, bound + kMiB) << claim;
    }
  }
}

TEST(Bombs, would_be_seen_to_take_more) {
  const std::string body = bomb(64, 64 * kMiB);
  const InflateLimits lax{.max_inflated = 64 * kMiB, .free_inflated = 64 * kMiB, .max_ratio = 0};
  std::string out;
  const std::size_t growth = growth_during([&] { EXPECT_EQ(fault_of(body, lax, out), InflateFault::damaged); });
  EXPECT_GE(out.capacity(), 64 * kMiB);
  if (!kIsSanitized) {
    EXPECT_GE(growth, 60 * kMiB);
  }
}

}  // namespace
}  // namespace metricstream::gzip
