#include "common/base/text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace metricstream {
namespace {

std::string encoded(std::uint32_t point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xc0 | point >> 6U), byte(0x80 | (point & 0x3fU))};
  if (point < 0x10000) {
    return {byte(0xe0 | point >> 12U), byte(0x80 | (point >> 6U & 0x3fU)), byte(0x80 | (point & 0x3fU))};
  }
  return {byte(0xf0 | point >> 18U), byte(0x80 | (point >> 12U & 0x3fU)), byte(0x80 | (point >> 6U & 0x3fU)),
          byte(0x80 | (point & 0x3fU))};
}

// Decodes by arithmetic and accepts what encodes back to the same bytes: another way to the same definition.
bool is_utf8_by_definition(std::string_view text) {
  while (!text.empty()) {
    bool found = false;
    for (std::size_t length = 1; length <= 4 && length <= text.size() && !found; ++length) {
      constexpr std::uint32_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
      std::uint32_t point = static_cast<unsigned char>(text[0]) & masks[length];
      for (std::size_t k = 1; k < length; ++k) point = point << 6U | (static_cast<unsigned char>(text[k]) & 0x3fU);
      const bool legal = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
      if (!legal || encoded(point) != text.substr(0, length)) continue;
      text.remove_prefix(length);
      found = true;
    }
    if (!found) return false;
  }
  return true;
}

TEST(IsUtf8, TakesEveryCodePointButSurrogates) {
  for (std::uint32_t point = 0; point <= 0x10ffff; ++point) {
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (is_utf8(encoded(point)) == surrogate) FAIL() << std::hex << point;
  }
}

TEST(IsUtf8, AgreesWithItsDefinitionOnAllShortStringsOfEdgeBytes) {
  const std::string bytes("\x00\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xed\xee\xf0\xf1\xf4\xf5\xff", 21);
  for (const char a : bytes) {
    for (const char b : bytes) {
      for (const char c : bytes) {
        for (const char d : bytes) {
          const std::string text{a, b, c, d};
          for (std::size_t length = 1; length <= 4; ++length) {
            const std::string_view part = std::string_view(text).substr(0, length);
            if (is_utf8(part) != is_utf8_by_definition(part)) FAIL() << printable(part);
          }
        }
      }
    }
  }
}

TEST(Printable, KeepsTextAndEscapesControlsAndBrokenBytes) {
  EXPECT_EQ(printable("caf\xc3\xa9 \xf0\x9f\x98\x80"), "caf\xc3\xa9 \xf0\x9f\x98\x80");
  EXPECT_EQ(printable("a\nb\x1b[31m\x7f"), "a\\x0ab\\x1b[31m\\x7f");
  EXPECT_EQ(printable("\xc3"), "\\xc3");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");  // CSI, an escape sequence for some terminals
  EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0");
}

TEST(Printable, CutsLongTextButNeverACharacter) {
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable("abc", 3), "abc");
  EXPECT_EQ(printable("\xc3\xa9\xc3\xa9", 1), "\xc3\xa9...");
}

TEST(Printable, AnyBytesBecomeUtf8WithoutControlsAndBounded) {
  std::mt19937 random(8);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (auto length = random() % 60; length > 0; --length) text += static_cast<char>(random() % 256);
    const std::string out = printable(text, 40);
    ASSERT_TRUE(is_utf8(out));
    ASSERT_LE(out.size(), 40U + 4U + 3U);
    for (const char c : out) ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  }
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case 'u':
        out += encoded(static_cast<std::uint32_t>(std::stoi(std::string(text.substr(i + 1, 4)), nullptr, 16)));
        i += 4;
        break;
      default:
        out += text[i];
    }
  }
  return out;
}

TEST(CutText, NeverCutsACharacter) {
  EXPECT_EQ(cut_text("abcdef", 3), "abc");
  EXPECT_EQ(cut_text("abc", 3), "abc");
  EXPECT_EQ(cut_text("\xc3\xa9\xc3\xa9", 3), "\xc3\xa9");
  EXPECT_EQ(cut_text("\xc3\xa9\xc3\xa9", 1), "");
  EXPECT_EQ(cut_text("\xf0\x9f\x98\x80z", 4), "\xf0\x9f\x98\x80");
  EXPECT_EQ(cut_text("\xa9\xa9\xa9\xa9\xa9\xa9", 5), "\xa9\xa9\xa9\xa9\xa9");  // no character anyway
}

TEST(JsonEscape, ReadsBackAndHoldsNothingThatJsonForbids) {
  std::mt19937 random(9);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (auto length = random() % 12; length > 0; --length) {
      std::uint32_t point = random() % (i % 2 == 0 ? 0x80 : 0x10ffff);
      if (point >= 0xd800 && point <= 0xdfff) point = '"';
      text += encoded(point);
    }
    std::string out;
    append_json_escaped(out, text);
    ASSERT_EQ(unescaped(out), text);
    // Nor what a terminal would act on: U+007F to U+009F.
    ASSERT_EQ(printable(out, out.size()), out);
    for (std::size_t at = out.find('"'); at != std::string::npos; at = out.find('"', at + 1)) {
      ASSERT_TRUE(at > 0 && out[at - 1] == '\\');
    }
  }
}

TEST(JsonEscape, BrokenBytesBecomeTheReplacementCharacter) {
  std::string out = "x";
  append_json_escaped(out, "a\xff\xc3z");
  EXPECT_EQ(out, "xa\xef\xbf\xbd\xef\xbf\xbdz");
}

}  // namespace
}  // namespace metricstream
