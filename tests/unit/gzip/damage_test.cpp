// Streams that are no whole and sound member: none may pass with another content, each is refused by its name.
#include <gmock/gmock.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "common/gzip/inflater.hpp"
#include "tests/unit/gzip/zlib_reference.hpp"

namespace metricstream::gzip {
namespace {

using testing::crc_by_zlib;
using testing::gzip_by_zlib;
using ::testing::HasSubstr;
using testing::member_of;

const std::string kText = R"({"metrics":[{"name":"cpu","value":1.5},{"name":"cpu","value":2.5}]})";

class Damage : public ::testing::Test {
 protected:
  std::optional<InflateError> refusal(std::string_view body, const InflateLimits& limits = {}) {
    const auto result = inflater_.inflate(body, limits, out_);
    if (result) return std::nullopt;
    EXPECT_EQ(out_, "");
    EXPECT_FALSE(result.error().message.empty());
    return result.error();
  }
  void expect_fault(std::string_view body, InflateFault fault, const char* words) {
    const auto error = refusal(body);
    ASSERT_TRUE(error) << "accepted, but expected: " << words;
    EXPECT_EQ(error->fault, fault) << error->message;
    EXPECT_THAT(error->message, HasSubstr(words));
  }

  Inflater inflater_;
  std::string out_;
};

TEST_F(Damage, a_stream_cut_at_any_byte_is_refused) {
  for (const int level : {0, 1, 9}) {
    const std::string body = gzip_by_zlib(
        kText, {.level = level, .header = testing::GzipHeader{.extra = "extra", .name = "n", .comment = "c"}});
    for (std::size_t size = 0; size < body.size(); ++size) {
      const auto error = refusal(std::string_view(body).substr(0, size));
      ASSERT_TRUE(error) << "accepted " << size << " of " << body.size();
      if (size < 2) continue;
      EXPECT_TRUE(error->fault == InflateFault::truncated || error->fault == InflateFault::damaged) << error->message;
    }
    ASSERT_FALSE(refusal(body));
  }
}

TEST_F(Damage, what_ends_in_header_or_trailer_is_said_to_be_cut_off) {
  const std::string body = gzip_by_zlib(kText);
  expect_fault(body.substr(0, 2), InflateFault::truncated, "cut off after 2 bytes");
  expect_fault(body.substr(0, 9), InflateFault::truncated, "cut off after 9 bytes");
  for (std::size_t missing = 1; missing <= 8; ++missing) {
    expect_fault(body.substr(0, body.size() - missing), InflateFault::truncated, "send all of it");
  }
  expect_fault(body.substr(0, body.size() - 9), InflateFault::damaged, "damaged or cut off");
  const std::string named = gzip_by_zlib(kText, {.header = testing::GzipHeader{.name = "body.json"}});
  for (std::size_t size = 10; size < 20; ++size) {
    expect_fault(named.substr(0, size), InflateFault::truncated, "cut off");
  }
}

// With a checksum over the header nothing of it may change; without, time and operating system may.
TEST_F(Damage, no_flipped_bit_gives_another_content_and_zlib_agrees_with_every_verdict) {
  for (const bool has_checksum : {false, true}) {
    for (const int level : {0, 6}) {
      const std::string body =
          gzip_by_zlib(kText, {.level = level, .header = testing::GzipHeader{.name = "x", .checksum = has_checksum}});
      int accepted = 0;
      for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
        std::string flipped = body;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        const bool is_refused = refusal(flipped).has_value();
        const auto reference = testing::ungzip_by_zlib(flipped, 100'000);
        ASSERT_EQ(is_refused, !reference || reference->used != flipped.size())
            << "bit " << bit << " of level " << level;
        if (is_refused) continue;
        ASSERT_EQ(out_, kText) << "bit " << bit;
        ++accepted;
      }
      // A stored block leaves five bits unused. Without the checksum also: four bytes of time, the extra flags, the
      // operating system, the flag "text", and the name, but for a bit that would end it.
      const int unused = level == 0 ? 5 : 0;
      EXPECT_EQ(accepted, has_checksum ? unused : unused + 6 * 8 + 1 + 8);
    }
  }
}

TEST_F(Damage, random_damage_never_gives_another_content) {
  std::mt19937_64 random(8);
  std::string data;
  while (data.size() < 20'000) data += kText + std::to_string(random() % 1000);
  const std::string body = gzip_by_zlib(data);
  std::map<InflateFault, int> faults;
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = body;
    for (std::size_t i = 1 + random() % 4; i > 0; --i) {
      const std::size_t at = random() % damaged.size();
      switch (random() % 3) {
        case 0:
          damaged[at] = static_cast<char>(random());
          break;
        case 1:
          damaged.erase(at, 1 + random() % 9);
          break;
        default:
          damaged.insert(at, 1 + random() % 9, static_cast<char>(random()));
      }
    }
    if (const auto error = refusal(damaged)) {
      ++faults[error->fault];
    } else {
      ASSERT_EQ(out_, data);
    }
  }
  EXPECT_GT(faults[InflateFault::damaged], 10'000);
}

TEST_F(Damage, other_formats_are_told_from_gzip) {
  for (const std::string_view body :
       {std::string_view(""), std::string_view("\x1f"), std::string_view(R"({"name":"cpu","value":1})"),
        std::string_view("\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15"),  // zlib
        std::string_view("\x28\xb5\x2f\xfd\x04\x00\x29\x00\x00hello"),             // zstd
        std::string_view("PK\x03\x04 and so on and so forth")}) {
    expect_fault(body, InflateFault::not_gzip, "begins with the bytes 1f 8b 08");
  }
  std::string other_method = gzip_by_zlib(kText);
  other_method[2] = 7;
  expect_fault(other_method, InflateFault::not_gzip, "begins with the bytes 1f 8b 08");
  for (const int flag : {0x20, 0x40, 0x80}) {
    std::string reserved = gzip_by_zlib(kText);
    reserved[3] = static_cast<char>(flag);
    expect_fault(reserved, InflateFault::unknown_flags, "flags that RFC 1952 reserves");
  }
}

TEST_F(Damage, a_wrong_checksum_or_size_is_refused) {
  const std::string piece = testing::deflate_piece(kText) + std::string("\x03\x00", 2);
  const auto crc = crc_by_zlib(kText);
  const auto size = static_cast<std::uint32_t>(kText.size());
  EXPECT_FALSE(refusal(member_of(piece, crc, size)));
  EXPECT_EQ(out_, kText);
  expect_fault(member_of(piece, crc + 1, size), InflateFault::damaged, "checksum");
  expect_fault(member_of(piece, crc ^ 0x8000'0000U, size), InflateFault::damaged, "checksum");
  expect_fault(member_of(piece, crc, size - 1), InflateFault::damaged, "damaged");
  expect_fault(member_of(piece, crc, size + 1), InflateFault::damaged, "damaged");
  expect_fault(member_of(piece, crc, 0), InflateFault::damaged, "damaged");
  expect_fault(member_of(piece, crc, UINT32_MAX), InflateFault::damaged, "damaged");
}

TEST_F(Damage, a_wrong_header_checksum_is_refused) {
  std::string body = gzip_by_zlib(kText, {.header = testing::GzipHeader{.name = "n", .checksum = true}});
  EXPECT_FALSE(refusal(body));
  body[10] = 'm';
  expect_fault(body, InflateFault::damaged, "damaged");
}

TEST_F(Damage, a_second_member_is_refused_whatever_its_size) {
  const std::string one = gzip_by_zlib(kText);
  for (const std::string& second :
       {one, gzip_by_zlib(""), gzip_by_zlib(std::string(5000, 'x')), std::string("\x1f\x8b")}) {
    expect_fault(one + second, InflateFault::several_members, "more than one gzip member");
  }
}

TEST_F(Damage, bytes_behind_the_stream_are_refused_whatever_they_say_as_a_size) {
  const std::string one = gzip_by_zlib(kText);
  for (const std::string& rest : {std::string("\n"), std::string("\r\n"), std::string(1, '\0'), std::string(512, '\0'),
                                  std::string("{}"), std::string("\x1f"), std::string(4, '\xff'), kText}) {
    expect_fault(one + rest, InflateFault::trailing_bytes, "nothing else");
  }
}

// No buffer was made for what such a stream really holds, so that which of them it is cannot be known.
TEST_F(Damage, a_stream_that_inflates_to_far_more_than_its_last_bytes_say_is_refused_with_all_causes_named) {
  const std::string large = gzip_by_zlib(std::string(100'000, 'x'));
  expect_fault(large + gzip_by_zlib(""), InflateFault::wrong_size, "more than the 0 bytes");
  expect_fault(large + std::string(4, '\0'), InflateFault::wrong_size, "one whole gzip member with nothing behind it");
}

}  // namespace
}  // namespace metricstream::gzip
