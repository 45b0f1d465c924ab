#include "common/gzip/inflater.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "common/gzip/compressor.hpp"
#include "tests/unit/gzip/zlib_reference.hpp"

namespace metricstream::gzip {
namespace {

using testing::gzip_by_zlib;
using testing::GzipChoices;
using testing::GzipHeader;

// The content, or the message of the refusal.
std::string inflated(Inflater& inflater, const std::string& body, const InflateLimits& limits = {}) {
  std::string out = "left over";
  const auto result = inflater.inflate(body, limits, out);
  return result ? out : "refused: " + result.error().message;
}

// Text like a body's, noise, or one byte again and again.
std::string make_data(std::mt19937_64& random, std::size_t size) {
  std::string data(size, 'x');
  const auto kind = random() % 3;
  for (std::size_t i = 0; i < size && kind != 0; ++i) {
    data[i] = kind == 1 ? static_cast<char>(random()) : "{\"name\":1}, "[random() % 12];
  }
  return data;
}

TEST(Inflater, gives_back_what_zlib_wrote_at_every_level_strategy_window_and_size) {
  std::mt19937_64 random(1952);
  Inflater inflater;
  int streams = 0;
  for (const std::size_t size :
       {0U, 1U, 2U, 3U, 17U, 258U, 259U, 1000U, 32'767U, 32'768U, 65'535U, 65'536U, 200'001U}) {
    for (int level = 0; level <= 9; ++level) {
      for (int strategy = 0; strategy <= 4; ++strategy) {
        const std::string data = make_data(random, size);
        GzipChoices choices{.level = level, .strategy = strategy, .window_bits = 9 + static_cast<int>(random() % 7)};
        if (random() % 3 == 0) choices.flush_every = 1 + random() % (size / 20 + 1);
        ASSERT_TRUE(inflated(inflater, gzip_by_zlib(data, choices)) == data) << size << " " << level << " " << strategy;
        ++streams;
      }
    }
  }
  EXPECT_EQ(streams, 13 * 10 * 5);
}

TEST(Inflater, gives_back_what_our_compressor_wrote) {
  std::mt19937_64 random(11);
  Inflater inflater;
  for (const int level : {1, 6, 12}) {
    Compressor compressor(level);
    for (const std::size_t size : {0U, 1U, 2U, 100U, 70'000U, 1'000'000U}) {
      const std::string data = make_data(random, size);
      std::string zipped = "left over";
      compressor.compress(data, zipped);
      ASSERT_TRUE(inflated(inflater, zipped) == data) << level << " " << size;
    }
  }
}

TEST(Inflater, reads_headers_with_every_combination_of_optional_parts) {
  Inflater inflater;
  const std::string data = R"({"name":"cpu","value":1})";
  for (const std::string& extra : {std::string(), std::string(1, 'x'), std::string(65'535, 'x')}) {
    for (unsigned parts = 0; parts < 8; ++parts) {
      GzipHeader header{.extra = extra, .checksum = (parts & 4U) != 0};
      if (parts & 1U) header.name = parts & 2U ? "" : "body.json";
      if (parts & 2U) header.comment = "a comment, \xe9";
      ASSERT_EQ(inflated(inflater, gzip_by_zlib(data, {.header = header})), data) << parts << " " << extra.size();
    }
  }
}

// As bytes, so that it is not only this machine's zlib that is understood.
TEST(Inflater, reads_what_other_writers_send) {
  Inflater inflater;
  const auto bytes = [](std::initializer_list<unsigned char> list) { return std::string(list.begin(), list.end()); };
  // Python: gzip.compress(b'hello', mtime=0)
  EXPECT_EQ(inflated(inflater, bytes({0x1f, 0x8b, 0x08, 0x00, 0,    0,    0,    0,    0x02, 0xff, 0xcb, 0x48, 0xcd,
                                      0xc9, 0xc9, 0x07, 0x00, 0x86, 0xa6, 0x10, 0x36, 0x05, 0,    0,    0})),
            "hello");
  // Go: gzip.NewWriter, Write, Close: an empty stored block at the end, operating system "unknown"
  EXPECT_EQ(inflated(inflater,
                     bytes({0x1f, 0x8b, 0x08, 0,    0,    0,    0,    0,    0,    0xff, 0xca, 0x48, 0xcd, 0xc9, 0xc9,
                            0x07, 0x04, 0x00, 0x00, 0xff, 0xff, 0x86, 0xa6, 0x10, 0x36, 0x05, 0,    0,    0})),
            "hello");
  // Java: GZIPOutputStream, header of ten bytes with nothing but zeros behind the method
  EXPECT_EQ(inflated(inflater, bytes({0x1f, 0x8b, 0x08, 0,    0,    0,    0,    0,    0,    0, 0xcb, 0x48, 0xcd,
                                      0xc9, 0xc9, 0x07, 0x00, 0x86, 0xa6, 0x10, 0x36, 0x05, 0, 0,    0})),
            "hello");
  // Nothing at all, by gzip(1)
  EXPECT_EQ(inflated(inflater, bytes({0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0})), "");
}

TEST(Inflater, uses_the_callers_buffer_again) {
  Inflater inflater;
  const std::string large = gzip_by_zlib(std::string(500'000, 'a'));
  const std::string small = gzip_by_zlib(std::string(1000, 'b'));
  std::string out;
  ASSERT_TRUE(inflater.inflate(large, {}, out));
  const char* const buffer = out.data();
  ASSERT_TRUE(inflater.inflate(small, {}, out));
  EXPECT_EQ(out.data(), buffer);
  ASSERT_FALSE(inflater.inflate("no gzip", {}, out));
  EXPECT_EQ(out.data(), buffer);
  ASSERT_TRUE(inflater.inflate(large, {}, out));
  EXPECT_EQ(out.data(), buffer);
}

TEST(Inflater, does_not_keep_the_memory_of_one_huge_body_for_the_small_ones_behind_it) {
  Inflater inflater;
  const InflateLimits limits{.max_inflated = 5'000'000, .free_inflated = 100'000, .max_ratio = 2000};
  std::string out;
  ASSERT_TRUE(inflater.inflate(gzip_by_zlib(std::string(4'000'000, 'a')), limits, out));
  EXPECT_LE(out.capacity(), 4'100'000U);
  std::string unused = out;
  ASSERT_FALSE(inflater.inflate("no gzip", limits, unused));
  EXPECT_LE(unused.capacity(), 100'000U);
  ASSERT_TRUE(inflater.inflate(gzip_by_zlib(std::string(50'000, 'a')), limits, out));
  EXPECT_LE(out.capacity(), 100'000U);
}

TEST(Inflater, a_refusal_leaves_nothing_in_the_buffer) {
  Inflater inflater;
  std::string body = gzip_by_zlib("secret of another client");
  body.back() = '\x01';
  std::string out = "left over";
  EXPECT_FALSE(inflater.inflate(body, {}, out));
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace metricstream::gzip
