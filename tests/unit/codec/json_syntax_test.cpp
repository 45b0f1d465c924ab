// The grammar of RFC 8259, case by case: what is not JSON is refused at the byte where it stops being JSON, and what is
// JSON is read, although hardly any of it is a sample.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/codec/json_fixture.hpp"
#include "tests/unit/codec/json_reference.hpp"

namespace metricstream {
namespace {

using ::testing::HasSubstr;
using namespace std::string_view_literals;

struct BadRow {
  std::string_view text;
  std::size_t position;  // of the first byte that cannot be part of it; the size where it ends too early
  std::size_t word = 0;  // where a misspelt word begins, which may be named instead
};

constexpr BadRow kBadArrays[] = {
    {"[1 true]", 3},
    {"[a\xe5]", 1},
    {R"(["": 1])", 3},
    {R"([""],)", 4},
    {"[,1]", 1},
    {"[1,,2]", 3},
    {R"(["x",,])", 5},
    {R"(["x"]])", 5},
    {R"(["",])", 4},
    {R"(["x")", 4},
    {"[x", 1},
    {"[3[4]]", 2},
    {"[\xff]", 1},
    {"[1:2]", 2},
    {"[,]", 1},
    {"[   , \"\"]", 4},
    {"[\"a\",\n4\n,1,", 11},
    {"[1,]", 3},
    {"[1,,]", 3},
    {"[\"\va\"\f]", 2},
    {"[*]", 1},
    {R"([""])"
     "\f",
     4},
    {R"([")", 2},
    {"[1,", 3},
    {"[1,\n1\n,1", 8},
    {"[{}", 3},
    {"[", 1},
    {"[1", 2},
    {"[{", 2},
    {"[]]", 2},
    {"[][]", 2},
    {"[1]x", 3},
    {R"(["asd])", 6},
    {"[\0]"sv, 1},
    {"['", 1},
    {"[,", 1},
    {"[\f]", 1},
    {"[\v]", 1},
    {"[\xc2\xa0]", 1},      // a no-break space is no white space
    {"[\xe2\x81\xa0]", 1},  // neither is a word joiner
    {"[\xe2\x80\xa8]", 1},  // nor a line separator
    {"[\xef\xbb\xbf]", 1},
    {R"([\u000A""])", 1},
    {R"([\n])", 1},
    {"[/*comment*/]", 1},
    {"[1]//", 3},
    {"[}", 1},
    {"[1}", 2},
    {"[\"a\"\n\"b\"]", 5},
};

constexpr BadRow kBadLiterals[] = {
    {"[fals]", 5, 1}, {"[nul]", 4, 1},    {"[tru]", 4, 1},         {R"(["x", truth])", 9, 6}, {"[True]", 1},
    {"[TRUE]", 1},    {"[None]", 1},      {"[<null>]", 1},         {"[ false, nao]", 10, 9},  {"[ true, fals", 12, 8},
    {"[t]", 2, 1},    {"[truefalse]", 5}, {"[nullx]", 5},          {"[undefined]", 1},        {"[n\0ll]"sv, 2, 1},
    {"[false1]", 6},  {"[null null]", 6}, {R"({"a":nULL})", 6, 5}, {"[falSe]", 4, 1},
};

constexpr BadRow kBadObjects[] = {
    {R"({[: "x"})", 1},
    {R"({"x", null})", 4},
    {R"({"x"::"b"})", 5},
    {"{\xf0\x9f\x87\xa8}", 1},
    {R"({"a":"a" 123})", 9},
    {"{key: 'value'}", 1},
    {"{\"\xb9\":\"0\",}", 2},
    {R"({"a" b})", 5},
    {R"({:"b"})", 1},
    {R"({"a" "b"})", 5},
    {R"({"a":)", 5},
    {R"({"a")", 4},
    {"{1:1}", 1},
    {"{9999E9999:1}", 1},
    {"{null:null}", 1},
    {R"({"id":0,,,,,})", 8},
    {"{'a':0}", 1},
    {R"({"id":0,})", 8},
    {R"({"a":"b"}/**/)", 9},
    {R"({"a":"b"}//)", 9},
    {R"({"a":"b"}/)", 9},
    {R"({"a":"b",,"c":"d"})", 9},
    {R"({a: "b"})", 1},
    {R"({"a":"a)", 7},
    {R"({ "foo" : "bar", "a" })", 21},
    {R"({"a":"b"}#)", 9},
    {R"({"x": true,)", 11},
    {"{}}", 2},
    {"{}{}", 2},
    {R"({"":)", 4},
    {R"({"a":/*comment*/"b"})", 5},
    {R"({"a": true} "x")", 12},
    {"{", 1},
    {"{]", 1},
    {"{,", 1},
    {"{[", 1},
    {R"({"a)", 3},
    {R"({"asd":"asd")", 12},
    {R"({"a":1 "b":2})", 7},
    {R"({"a":1;"b":2})", 6},
    {R"({"a"=1})", 4},
    {R"({"a":})", 5},
    {R"({"a":,})", 5},
    {R"({"a":1]})", 6},
    {"{\"a\":1}\0"sv, 7},
    {"{\"a\":1}\xef\xbb\xbf", 7},
};

constexpr BadRow kBadDocuments[] = {
    {"abc", 0},
    {"a\xc3\xa5", 0},
    {"1]", 0},
    {"]", 0},
    {"\xe5", 0},
    {"2@", 0},
    {"<.>", 0},
    {"*", 0},
    {"\"", 0},
    {"\"\"x", 0},
    {"\xef\xbb\xbf", 0},
    {"\xef\xbb{}", 0},
    {"123\0"sv, 0},
    {"\xef\xbb\xbf{}", 0},
    {"\xff\xfe[\0]\0"sv, 0},
    {"\0[\0]"sv, 0},
    {"\f[]", 0},
    {"\xc2\xa0{}", 0},
};

// Any one of them is JSON, but no body.
constexpr std::string_view kScalars[] = {"null", "true", "false", "0", "-1.5e3", R"("")", R"("x")"};

// Bodies, and how many samples (all bad ones) they hold.
struct GoodRow {
  std::string_view text;
  std::uint32_t received;
};

constexpr GoodRow kGood[] = {
    {"[[]   ]", 1},
    {R"([""])", 1},
    {"[]", 0},
    {"[\"a\"]\n", 1},
    {"[false]", 1},
    {R"([null, 1, "1", {}])", 4},
    {"[1\n]", 1},
    {" [1]", 1},
    {"[2] ", 1},
    {" [] ", 0},
    {"[1,null,null,null,2]", 5},
    {"\t\n\r [ \t\n\r 1 \t\n\r , \t\n\r 2 \t\n\r ] \t\n\r ", 2},
    {R"({"asd":"sdf", "dfg":"fgh"})", 0},
    {"{}", 0},
    {R"({"":0})", 1},
    {R"({"foo\u0000bar": 42})", 1},
    {R"({"a":[]})", 0},
    {"{\n\"a\": \"b\"\n}", 0},
    {"{\t\"a\" \r\n: \t1 \r\n}", 1},
    {R"({"a":{"a":{"a":null}}})", 0},
    {R"({"x":[{"id":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}],"id":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})", 0},
    {R"([[[[[[[[]]]]]]]])", 1},
};

class JsonSyntax : public testing::JsonBatch {
 protected:
  // As a body, as a member that nobody wants, and, where it has no line of its own, on the second line of NDJSON.
  void expect_bad(const BadRow& row) {
    SCOPED_TRACE(::testing::PrintToString(row.text));
    EXPECT_FALSE(testing::JsonReference(row.text).is_json());
    const DecodeError error = refuse(row.text);
    EXPECT_EQ(error.kind, DecodeError::Kind::malformed);
    expect_place(error.position, row, 0);
    EXPECT_FALSE(error.message.empty());
    EXPECT_EQ(kind(R"({"name":"a","value":1,"x":)" + std::string(row.text) + "}"), DecodeError::Kind::malformed);
    const bool can_be_line = row.text.starts_with('[') || row.text.starts_with('{');
    if (!can_be_line || row.text.contains('\n')) return;
    const std::string before = "{\"name\":\"a\",\"value\":1}\r\n\n";
    options_.format = BodyFormat::ndjson;
    expect_place(position(before + std::string(row.text) + "\n{}"), row, before.size());
    options_.format = BodyFormat::json;
  }

 private:
  static void expect_place(std::size_t found, const BadRow& row, std::size_t start) {
    if (row.word != 0 && found >= start + row.word && found <= start + row.position) return;
    EXPECT_EQ(found, start + row.position);
  }
};

TEST_F(JsonSyntax, arrays_that_are_none_are_refused_at_their_byte) {
  for (const BadRow& row : kBadArrays) expect_bad(row);
}

TEST_F(JsonSyntax, literals_that_are_none_are_refused_at_their_byte) {
  for (const BadRow& row : kBadLiterals) expect_bad(row);
}

TEST_F(JsonSyntax, objects_that_are_none_are_refused_at_their_byte) {
  for (const BadRow& row : kBadObjects) expect_bad(row);
}

TEST_F(JsonSyntax, documents_that_are_none_are_refused_at_their_byte) {
  for (const BadRow& row : kBadDocuments) expect_bad(row);
}

TEST_F(JsonSyntax, a_scalar_is_no_body_but_may_be_a_member_that_nobody_wants) {
  for (const std::string_view text : kScalars) {
    EXPECT_EQ(position(text), 0U) << text;
    EXPECT_EQ(position("\r\n " + std::string(text)), 3U) << text;
    EXPECT_THAT(refuse(text).message, HasSubstr("an object or an array"));
    EXPECT_EQ(decode(R"({"name":"a","value":1,"x":)" + std::string(text) + "}").accepted, 1U) << text;
  }
}

TEST_F(JsonSyntax, a_byte_order_mark_is_called_by_its_name) {
  for (const BodyFormat format : {BodyFormat::json, BodyFormat::ndjson}) {
    options_.format = format;
    const DecodeError error = refuse("\xef\xbb\xbf{\"name\":\"a\",\"value\":1}");
    EXPECT_EQ(error.position, 0U);
    EXPECT_THAT(error.message, HasSubstr("byte order mark"));
  }
}

TEST_F(JsonSyntax, whatever_is_json_is_read) {
  for (const GoodRow& row : kGood) {
    EXPECT_TRUE(testing::JsonReference(row.text).is_json()) << row.text;
    const DecodeSummary summary = decode(row.text);
    EXPECT_EQ(summary.received, row.received) << row.text;
    if (row.text.starts_with("[[[[")) continue;  // as deep as may be
    EXPECT_EQ(decode(R"([{"x":)" + std::string(row.text) + R"(,"name":"a","value":1}])").accepted, 1U) << row.text;
  }
}

TEST_F(JsonSyntax, nothing_but_white_space_is_an_empty_body_in_both_formats) {
  for (const BodyFormat format : {BodyFormat::json, BodyFormat::ndjson}) {
    options_.format = format;
    for (const std::string_view text : {""sv, " "sv, "\n"sv, "\r\n\t "sv, "\n\n\n"sv}) {
      const DecodeError error = refuse(text);
      EXPECT_EQ(error.kind, DecodeError::Kind::empty);
      EXPECT_EQ(error.position, 0U);
    }
  }
  EXPECT_EQ(position("\f"), 0U);
}

TEST_F(JsonSyntax, a_member_that_is_cut_short_is_refused_at_the_end_wherever_the_cut_is) {
  const std::string body =
      R"({"metrics":[{"name":"c\u00e9","value":-1.5e+3,"tags":{"a":"b"},"fields":{"x":true},"y":[null,{"z":0}]}],"host_id":"h"})";
  decode(body);
  for (std::size_t size = 1; size < body.size(); ++size) EXPECT_EQ(position(body.substr(0, size)), size);
}

}  // namespace
}  // namespace metricstream
