// The limits of a body as a whole, each on both sides, and keys that come twice.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/unit/codec/json_fixture.hpp"

namespace metricstream {
namespace {

using ::testing::HasSubstr;

class JsonBounds : public testing::JsonBatch {};

TEST_F(JsonBounds, a_duplicate_key_is_refused_at_its_position_except_inside_unknown_members) {
  EXPECT_EQ(position(R"([{"name":"a","name":"b"}])"), 14U);
  EXPECT_EQ(position(R"([{"x":1,"name":"a","x":2}])"), 20U);
  EXPECT_EQ(position(R"({"metrics":[],"metrics":[]})"), 15U);
  EXPECT_EQ(position(R"({"cpu":1,"cpu":2})"), 10U);
  EXPECT_EQ(position(R"([{"name":"a","tags":{"k":"v","k":"v"}}])"), 30U);
  EXPECT_EQ(position(R"([{"name":"a","fields":{"k":1,"k":2}}])"), 30U);
  EXPECT_EQ(position(R"({"tags":{"k":"v","k":""},"metrics":[]})"), 18U);
  EXPECT_EQ(kind(R"([{"name":"a","n\u0061me":"b"}])"), DecodeError::Kind::malformed);
  std::string many = R"([{"name":"a","value":1,"tags":{)";
  for (int i = 0; i < 30; ++i) many += "\"k" + std::to_string(i) + "\":\"\",";
  EXPECT_EQ(kind(many + R"("k7":""}}])"), DecodeError::Kind::malformed);
  EXPECT_EQ(reason(many + R"("k30":""}}])"), "accepted");
  EXPECT_EQ(reason(R"([{"name":"a","value":1,"x":{"k":1,"k":2}}])"), "accepted");
}

TEST_F(JsonBounds, eight_levels_are_read_and_nine_refused) {
  const auto nested = [](int levels) {
    return R"({"name":"a","value":1,"x":)" + std::string(static_cast<std::size_t>(levels - 1), '[') +
           std::string(static_cast<std::size_t>(levels - 1), ']') + "}";
  };
  EXPECT_EQ(reason(nested(8)), "accepted");
  EXPECT_EQ(position(nested(9), DecodeError::Kind::too_deep), 26U + 7U);
  EXPECT_THAT(refuse(nested(9)).message, HasSubstr("deeper than 8"));
  EXPECT_EQ(kind(std::string(100'000, '[')), DecodeError::Kind::too_deep);
}

TEST_F(JsonBounds, a_thousand_samples_are_read_and_more_refused_as_too_large) {
  const auto body = [](int count) {
    std::string out = R"({"metrics":[)";
    for (int i = 0; i < count; ++i) out += (i > 0 ? "," : "") + std::string(R"({"name":"a","value":1})");
    return out + "]}";
  };
  EXPECT_EQ(decode(body(1000)).accepted, 1000U);
  EXPECT_EQ(kind(body(1001)), DecodeError::Kind::too_large);
  options_.limits.samples = 3;
  EXPECT_EQ(decode(R"({"name":"a","value":1,"fields":{"x":1,"s":"","y":2}})").accepted, 3U);
  EXPECT_EQ(kind(R"({"name":"a","value":1,"fields":{"x":1,"y":2,"z":3}})"), DecodeError::Kind::too_large);
  EXPECT_EQ(kind(R"({"name":"a","fields":{"x":1,"y":2,"z":3,"u":4}})"), DecodeError::Kind::too_large);
  EXPECT_EQ(decode(R"({"a":1,"b":2,"c":3})").accepted, 3U);
  EXPECT_EQ(kind(R"({"a":1,"b":2,"c":3,"d":4})"), DecodeError::Kind::too_large);
  EXPECT_EQ(kind("[1,2,3,4]"), DecodeError::Kind::too_large);
}

TEST_F(JsonBounds, objects_of_thousands_of_members_are_refused) {
  const auto members = [](int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += ",\"k" + std::to_string(i) + "\":\"\"";
    return out;
  };
  EXPECT_EQ(decode(R"({"name":"a","value":1)" + members(4096) + "}").accepted, 1U);
  EXPECT_EQ(kind(R"({"name":"a","value":1)" + members(4097) + "}"), DecodeError::Kind::too_many_members);
  EXPECT_EQ(decode(R"({"name":"a","value":1,"tags":{"k":"")" + members(4095) + "}}").accepted, 1U);
  EXPECT_EQ(kind(R"({"name":"a","value":1,"tags":{"k":"")" + members(4096) + "}}"),
            DecodeError::Kind::too_many_members);
}

TEST_F(JsonBounds, members_may_be_four_times_the_samples_where_these_are_many) {
  EXPECT_EQ(max_members({}), 4096U);
  options_.limits.samples = 2000;
  ASSERT_EQ(max_members(options_.limits), 8000U);
  const auto tags = [](int count) {
    std::string out = R"({"name":"a","value":1,"x":1,"tags":{"k":"")";
    for (int i = 1; i < count; ++i) out += ",\"k" + std::to_string(i) + "\":\"\"";
    return out + "}}";
  };
  EXPECT_EQ(decode(tags(8000)).accepted, 1U);
  EXPECT_EQ(kind(tags(8001)), DecodeError::Kind::too_many_members);
}

TEST_F(JsonBounds, a_hundred_refusals_are_listed_and_all_are_counted) {
  std::string body = "[";
  for (int i = 0; i < 150; ++i) body += R"({"name":"a","value":null},)";
  const DecodeSummary summary = decode(body + R"({"name":"a","value":1}])");
  EXPECT_EQ(summary.rejected, 150U);
  EXPECT_EQ(summary.rejections.size(), 100U);
  EXPECT_EQ(summary.rejections.back().index, 99U);
  EXPECT_EQ(summary.by_reason[static_cast<std::size_t>(Reason::invalid_value)], 150U);
  EXPECT_EQ(batch_.indexes, (std::vector<std::uint32_t>{150}));
}

TEST_F(JsonBounds, fields_of_thousands_of_texts_are_refused_although_no_sample_comes_of_them) {
  const auto texts = [](int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + R"(":"")";
    return R"({"name":"a","value":1,"fields":{)" + out + "}}";
  };
  EXPECT_EQ(decode(texts(4096)).ignored_fields, 4096U);
  EXPECT_EQ(kind(texts(4097)), DecodeError::Kind::too_many_members);
}

TEST_F(JsonBounds, a_key_that_comes_twice_is_found_at_every_level_that_matters_however_it_is_written) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {R"({"metrics":[],"x":1,)", R"("x":2})"},
      {R"({"name":"a","value":1,)", R"("value":1})"},
      {R"({"name":"a","value":1,"tags":{},)", R"("tags":{}})"},
      {R"({"name":"a","fields":{},)", R"("fields":null})"},
      {R"({"a":1,"host_id":"h",)", R"("host_id":"h"})"},
      {R"({"a":1,"serverId":"h",)", R"("serverId":null})"},
      {R"({"a":1,"host":"h",)", R"("host":1})"},
      {R"({"a":1,"batch_id":"h",)", R"("batch_id":"h"})"},
      {R"({"a":1,"timestamp":1,)", R"("timestamp":1})"},
      {R"({"metrics":[{"name":"a","value":1,"timestamp":1,)", R"("timestamp":1}]})"},
      {R"([{"name":"a","value":1,"unit":"",)", R"("unit":""}]})"},
      {R"([{"name":"a","value":1,"host_id":"",)", R"("host_id":""}]})"},
      {R"([{"name":"a","value":1,"":"",)", R"("":""}]})"},
      {R"([{"name":"a","value":1,"tags":{"":"",)", R"("":""}}]})"},
      {R"([{"name":"a","value":1,"tags":{"k":[],)", R"("k":"v"}}]})"},
      {R"([{"name":"a","fields":{"k":"text",)", R"("k":1}}]})"},
      {R"({"tags":{"a":"b",)", R"("a":"b"},"metrics":[]})"},
  };
  for (const auto& [before, after] : rows) EXPECT_EQ(position(before + after), before.size() + 1) << before << after;
  for (const std::string body :
       {R"({"name":"a","v\u0061lue":1,"value":1})", R"({"x":1,"\u0078":1})",
        R"([{"name":"a","fields":{"\u0061":1,"a":1}}])", R"([{"name":"a","value":1,"tags":{"\u0061":"","a":""}}])",
        R"([{"x":1,"\u0078":1}])"}) {
    EXPECT_EQ(kind(body), DecodeError::Kind::malformed) << body;
  }
  // Other objects have keys of their own.
  EXPECT_EQ(decode(R"({"x":{"x":1},"y":{"x":1},"metrics":[{"name":"a","value":1,"x":1},{"name":"a","value":1,"x":1}]})")
                .accepted,
            2U);
}

TEST_F(JsonBounds, the_depth_counts_objects_and_arrays_alike_wherever_they_are) {
  for (std::size_t depth = 1; depth <= 12; ++depth) {
    options_.limits.depth = depth;
    const std::string at(depth, '[');
    EXPECT_EQ(decode(at + std::string(depth, ']')).received, depth == 1 ? 0U : 1U);
    EXPECT_EQ(position(at + "[" + std::string(depth + 1, ']'), DecodeError::Kind::too_deep), depth);
    std::string objects;
    for (std::size_t i = 0; i < depth; ++i) objects += R"({"a":)";
    EXPECT_EQ(decode(objects + "1" + std::string(depth, '}')).received, depth == 1 ? 1U : 0U);
    EXPECT_EQ(position(objects + "{", DecodeError::Kind::too_deep), objects.size());
    EXPECT_EQ(position(objects + "[]", DecodeError::Kind::too_deep), objects.size());
  }
  options_.limits.depth = 3;
  EXPECT_EQ(decode(R"({"metrics":[{"name":"a","value":1}]})").accepted, 1U);
  EXPECT_EQ(position(R"({"metrics":[{"name":"a","tags":{}}]})", DecodeError::Kind::too_deep), 31U);
}

}  // namespace
}  // namespace metricstream
