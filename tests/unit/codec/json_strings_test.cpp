// Strings of RFC 8259: escapes, surrogates, UTF-8. What is none is refused at its byte, in whatever member it stands.
#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/base/text.hpp"
#include "tests/unit/codec/json_fixture.hpp"
#include "tests/unit/codec/json_reference.hpp"

namespace metricstream {
namespace {

using ::testing::ElementsAre;
using testing::facts_of;
using namespace std::string_view_literals;

struct BadRow {
  std::string_view text;  // between quotes
  std::size_t position;   // in it; an escape may be refused at any byte of it
};

constexpr BadRow kBadEscapes[] = {
    {R"(\x00)", 1},   {R"(\x)", 1},     {"\\\t", 1},      {"\\\xf0\x9f\x8c\x80", 1},
    {R"(\u00A)", 5},  {R"(\uqqqq)", 2}, {R"(\u)", 2},     {R"(\u0)", 3},
    {R"(\u00)", 4},   {R"(\a)", 1},     {R"(\')", 1},     {R"(\U0061)", 1},
    {R"(\0)", 1},     {R"(\101)", 1},   {"\\\0"sv, 1},    {"\\\xe5", 1},
    {"\\u\xe5", 2},   {R"(\v)", 1},     {R"(\N)", 1},     {R"(\u{61})", 2},
    {R"(\u+061)", 2}, {R"(\u 061)", 2}, {R"(\u-061)", 2}, {R"(\u006g)", 5},
    {"\\\n", 1},
};

// A surrogate is half a character; halves that do not meet are none.
constexpr BadRow kBadSurrogates[] = {
    {R"(\ud800)", 6},       {R"(\ud800abc)", 6},     {R"(\uDADA)", 6},        {R"(\uDFAA)", 6},   {R"(\uDd1ea)", 6},
    {R"(\uDd1e\uD834)", 6}, {R"(\uD888\u1234)", 12}, {R"(\uD800\n)", 7},      {R"(\uD800\u)", 8}, {R"(\uD800\u1)", 9},
    {R"(\uD800\u1x)", 9},   {R"(\uD834\uDd)", 10},   {R"(\uD800\uD800)", 12}, {R"(\uD800\\)", 7}, {R"(\uD800\")", 7},
    {R"(x\udbffx)", 7},     {R"(\ud83d \ude00)", 6},
};

constexpr BadRow kBadBytes[] = {
    {"a\0a"sv, 1},
    {"\x01", 0},
    {"new\nline", 3},
    {"\t", 0},
    {"\r", 0},
    {"a\x1f", 1},
    {"\xff", 0},
    {"\xfe", 0},
    {"ab\x80", 2},  // a continuation without beginning
    {"\xe9", 0},    // Latin-1
    {"d\xfax", 1},
    {"\xc3", 0},  // cut short
    {"\xe2\x82", 0},
    {"\xf0\x9f\x98", 0},
    {"\xc3(", 0},
    {"\xe2(\xa1", 0},
    {"\xf0\x28\x8c\xbc", 0},
    {"\xe0\xff", 0},
    {"\xc0\xaf", 0},  // overlong
    {"\xc1\xbf", 0},
    {"\xc0\x80", 0},
    {"\xe0\x80\xaf", 0},
    {"\xe0\x9f\xbf", 0},
    {"\xf0\x80\x80\xaf", 0},
    {"\xf0\x8f\xbf\xbf", 0},
    {"\xf8\x88\x80\x80\x80", 0},
    {"\xfc\x83\xbf\xbf\xbf\xbf", 0},
    {"\xed\xa0\x80", 0},  // surrogates as UTF-8
    {"\xed\xbf\xbf", 0},
    {"\xed\xa0\xbd\xed\xb8\x80", 0},
    {"\xf4\x90\x80\x80", 0},  // beyond U+10FFFF
    {"\xf4\xbf\xbf\xbf", 0},
    {"\xf5\x80\x80\x80", 0},
};

struct GoodRow {
  std::string_view text;
  std::string_view bytes;
};

constexpr GoodRow kGood[] = {
    {"asd", "asd"},
    {"", ""},
    {R"(\u0060\u012a\u12AB)", "`\xc4\xaa\xe1\x8a\xab"},
    {R"(\uD801\udc37)", "\xf0\x90\x90\xb7"},
    {R"(\ud83d\ude39\ud83d\udc8d)", "\xf0\x9f\x98\xb9\xf0\x9f\x92\x8d"},
    {R"(\uDBFF\uDFFF)", "\xf4\x8f\xbf\xbf"},
    {R"(\uD800\uDC00)", "\xf0\x90\x80\x80"},
    {R"(\ud7ff)", "\xed\x9f\xbf"},
    {R"(\ue000)", "\xee\x80\x80"},
    {R"(\uFFFF)", "\xef\xbf\xbf"},
    {R"(\uFFFE\uFDD0\u200B\u2064)", "\xef\xbf\xbe\xef\xb7\x90\xe2\x80\x8b\xe2\x81\xa4"},
    {R"(\uDBFF\uDFFE)", "\xf4\x8f\xbf\xbe"},
    {R"(new\u00A0line)", "new\xc2\xa0line"},
    {R"(\"\\\/x)", "\"\\/x"},
    {R"(\\u0000)", "\\u0000"},
    {R"(\")", "\""},
    {R"(\\a)", "\\a"},
    {R"(\/)", "/"},
    {R"(\u002f\u002F)", "//"},
    {R"(\u0022)", "\""},
    {R"(\u005Cx)", "\\x"},
    {R"(\u0061\u30af\u30EA\u30b9)", "a\xe3\x82\xaf\xe3\x83\xaa\xe3\x82\xb9"},
    {R"(\u0041\u0042)", "AB"},
    {"a/*b*/c/*d//e", "a/*b*/c/*d//e"},
    {"\xcf\x80", "\xcf\x80"},
    {"\xe2\x82\xac\xf0\x9d\x84\x9e", "\xe2\x82\xac\xf0\x9d\x84\x9e"},
    {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
    {"\xf0\x90\x80\x80", "\xf0\x90\x80\x80"},
    {"\xef\xbf\xbf", "\xef\xbf\xbf"},
    {"\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80"},
    {"\xe2\x80\xa8\xe2\x80\xa9", "\xe2\x80\xa8\xe2\x80\xa9"},
    {"\xc2\x80", "\xc2\x80"},
    {"\xe0\xa0\x80", "\xe0\xa0\x80"},
    {"\xef\xbb\xbf", "\xef\xbb\xbf"},
    {"{}[],:", "{}[],:"},
    {"e\xcc\x81", "e\xcc\x81"},  // bytes untouched: not normalised
};

// What is JSON, but no text for a tag.
constexpr std::string_view kControls[] = {R"(\u0000)", R"(a\u0000b)", R"(\u0012)", R"(\u001f)", R"(\b)",  R"(\f)",
                                          R"(\n)",     R"(\r)",       R"(\t)",     R"(\u007f)", "\x7f",   "a\x7fz",
                                          R"(\\)",     R"(x\\)",      R"(\\ x)",   R"(\\,)",    R"(\\=)", R"(\u005c)"};

class JsonStrings : public testing::JsonBatch {
 protected:
  // As a value and a key of a tag, a name, a member's key, a text that nobody wants, and an element.
  static std::vector<std::pair<std::string, std::string>> places() {
    return {{R"({"name":"a","value":1,"tags":{"k":")", R"("}})"},
            {R"({"name":"a","value":1,"tags":{")", R"(":"v"}})"},
            {R"({"name":")", R"(","value":1})"},
            {R"({")", R"(":1})"},
            {R"({"name":"a","value":1,"x":[{"y":")", R"("}]})"},
            {R"({"name":"a","value":1,"x":{")", R"(":1}})"},
            {R"({"name":"a","fields":{"x":1,"y":")", R"("}})"},
            {R"({"host_id":")", R"(","a":1})"},
            {R"([")", R"("])"}};
  }
  template <class Rows>
  void expect_bad(const Rows& rows, bool is_escape) {
    for (const BadRow& row : rows) {
      const std::string document = "[\"" + std::string(row.text) + "\"]";
      EXPECT_FALSE(testing::JsonReference(document).is_json()) << document;
      for (const auto& [before, after] : places()) {
        const std::size_t found = position(before + std::string(row.text) + after);
        const std::size_t expected = before.size() + row.position;
        if (is_escape && found >= before.size() && found <= expected + 1)
          continue;  // the parser reads four digits at once
        EXPECT_EQ(found, expected) << before << ::testing::PrintToString(row.text) << after;
      }
    }
  }
  std::string tag_value(std::string_view text) {
    decode(R"({"name":"a","value":1,"tags":{"k":")" + std::string(text) + R"("}})");
    const auto facts = facts_of(batch_);
    return facts.empty() ? "refused" : facts[0].tags.empty() ? "" : facts[0].tags[0].second;
  }
};

TEST_F(JsonStrings, escapes_that_are_none_are_refused_at_their_byte) { expect_bad(kBadEscapes, true); }
TEST_F(JsonStrings, surrogates_without_their_other_half_are_refused_at_their_byte) { expect_bad(kBadSurrogates, true); }
TEST_F(JsonStrings, control_characters_and_bad_utf8_are_refused_at_their_byte) { expect_bad(kBadBytes, false); }

TEST_F(JsonStrings, that_never_end_are_refused_at_the_end) {
  for (const std::string text : {R"([")", R"(["a)", R"(["a\)", R"(["\\\"])", R"(["\"])", R"(["\u)", R"(["\ud800\ud)",
                                 "[\"\xc3", "[\"\xf0\x9f\x98", R"({"name)", R"({"name":"a)"}) {
    EXPECT_EQ(position(text), text.size()) << text;
  }
}

TEST_F(JsonStrings, become_the_bytes_that_they_mean) {
  for (const auto& [text, bytes] : kGood) {
    EXPECT_EQ(tag_value(text), bytes) << text;
    const std::string long_text = std::string(text) + std::string(200, 'x');
    EXPECT_EQ(tag_value(long_text), std::string(bytes) + std::string(200, 'x')) << text;
  }
}

TEST_F(JsonStrings, are_the_same_key_however_they_are_written) {
  for (const auto& [text, bytes] : kGood) {
    if (text.empty()) continue;
    std::string escaped;
    for (const char c : text) escaped += c == 'a' ? R"(\u0061)" : std::string(1, c);
    const std::string twice = "\":\"v\",\"" + escaped + "\":\"v\"";
    EXPECT_EQ(kind(R"({"name":"a","value":1,"tags":{")" + std::string(text) + twice + "}}"),
              DecodeError::Kind::malformed)
        << text;
  }
}

TEST_F(JsonStrings, that_a_tag_cannot_hold_refuse_their_sample_alone) {
  for (const std::string_view text : kControls) {
    EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"k":")" + std::string(text) + R"("}})"), "invalid_tag tags.k");
    EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{")" + std::string(text) + R"(":"v"}})").substr(0, 11),
              "invalid_tag");
    EXPECT_EQ(reason(R"({"name":")" + std::string(text) + R"(","value":1})"), "invalid_name name");
    EXPECT_EQ(reason(R"({"name":"a","value":1,"x":")" + std::string(text) + R"("})"), "accepted");
  }
}

TEST_F(JsonStrings, that_are_empty_keys_are_keys_like_others) {
  EXPECT_EQ(reason(R"({"":0})"), "invalid_name name");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"":{"":[]}})"), "accepted");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"":"v"}})"), "invalid_tag tags.");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"":""}})"), "accepted");
  decode(R"({"name":"a","fields":{"":1}})");
  EXPECT_THAT(samples(), ElementsAre("a_{}=1"));
  EXPECT_EQ(position(R"({"name":"a","value":1,"":1,"":2})"), 28U);
}

TEST_F(JsonStrings, of_a_megabyte_are_refused_where_they_are_used_and_skipped_where_not) {
  const std::string plain(1'000'000, 'x');
  std::string escaped;
  for (int i = 0; i < 100'000; ++i) escaped += R"(\u0078)";
  for (const std::string& text : {plain, escaped}) {
    EXPECT_EQ(reason(R"({"name":")" + text + R"(","value":1})"), "name_too_long name");
    EXPECT_EQ(reason(R"({")" + text + R"(":1})"), "name_too_long name");
    EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{")" + text + R"(":"v"}})").substr(0, 21),
              "tag_key_too_long tags");
    EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"k":")" + text + R"("}})"), "tag_value_too_long tags.k");
    EXPECT_EQ(reason(R"({"name":"a","fields":{")" + text + R"(":1}})").substr(0, 13), "name_too_long");
    EXPECT_EQ(reason(R"({"name":"a","value":1,"unit":")" + text + R"("})"), "invalid_unit unit");
    EXPECT_EQ(reason(R"({"host_id":")" + text + R"(","a":1})"), "tag_value_too_long host_id");
    EXPECT_EQ(reason(R"({"name":"a","value":1,"timestamp":")" + text + R"("})"), "invalid_timestamp timestamp");
    EXPECT_EQ(reason(R"({"name":"a","value":1,")" + text + R"(":")" + text + R"("})"), "accepted");
    for (const Rejection& rejection : decode(R"({"name":"a","value":1,"tags":{")" + text + R"(":"v"}})").rejections) {
      EXPECT_LT(rejection.field.size() + rejection.detail.size(), 300U);
    }
  }
}

// Every sequence of two bytes, and every beginning of longer ones, against the base library's own check.
TEST_F(JsonStrings, agree_with_the_definition_of_utf8) {
  const auto check = [this](std::string_view bytes) {
    const std::string body = "[\"" + std::string(bytes) + "\"]";
    const bool is_json = is_utf8(bytes) && bytes.find_first_of("\"\\") == std::string_view::npos &&
                         std::ranges::none_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    body_ = body;
    ASSERT_EQ(decoder_.decode(body_, testing::kNow, options_, batch_).has_value(), is_json)
        << ::testing::PrintToString(bytes);
  };
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string two{static_cast<char>(first), static_cast<char>(second)};
      if (second != '\\' && two != "\"]" && first != '\\') ASSERT_NO_FATAL_FAILURE(check(two));
      if (first < 0xe0) continue;
      for (const char third : {'\x7f', '\x80', '\xbf', '\xc0'}) {
        ASSERT_NO_FATAL_FAILURE(check(two + third));
        if (first < 0xf0) continue;
        for (const char fourth : {'\x7f', '\x80', '\xbf', '\xc0'}) ASSERT_NO_FATAL_FAILURE(check(two + third + fourth));
      }
    }
  }
}

}  // namespace
}  // namespace metricstream
