// The forms that a body may have: batch, one sample, array, flat, NDJSON.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/codec/json_fixture.hpp"

namespace metricstream {
namespace {

using ::testing::ElementsAre;
using testing::facts_of;
using ::testing::HasSubstr;

using testing::kNow;

class JsonForms : public testing::JsonBatch {};

TEST_F(JsonForms, an_object_with_metrics_is_a_batch) {
  const DecodeSummary summary = decode(R"({"metrics":[
    {"name":"cpu.usage","value":75.3,"timestamp":1736999999,"type":"gauge","unit":"percent","tags":{"host":"a","core":"0"}},
    {"name":"requests","value":1e3,"timestamp":1737000000123,"type":"counter"}]})");
  EXPECT_EQ(summary.accepted, 2U);
  EXPECT_THAT(samples(), ElementsAre("cpu.usage{core=0,host=a}=75.3", "requests{}=1000"));
  const auto facts = facts_of(batch_);
  EXPECT_EQ(facts[0].unit, "percent");
  EXPECT_EQ(facts[0].time, 1'736'999'999 * kSecond);
  EXPECT_EQ(facts[1].type, MetricType::counter);
  EXPECT_EQ(facts[1].time, 1'737'000'000'123 * kMillisecond);
  EXPECT_TRUE(summary.only_timed_readings);
}

TEST_F(JsonForms, an_object_with_name_is_one_sample) {
  decode(R"({"tags":{"a":"b"},"value":2,"name":"cpu"})");
  EXPECT_THAT(samples(), ElementsAre("cpu{a=b}=2"));
}

TEST_F(JsonForms, an_array_is_a_batch) {
  decode(R"([{"name":"a","value":1},{"name":"b","value":2}])");
  EXPECT_THAT(samples(), ElementsAre("a{}=1", "b{}=2"));
  EXPECT_EQ(decode("[]").received, 0U);
}

TEST_F(JsonForms, any_other_object_is_flat) {
  const DecodeSummary summary = decode(
      R"({"cpu":45.5,"serverId":"server-1","ram":8,"timestamp":1737000000000,"status":"ok","up":true,"tags":{"dc":"eu"}})");
  EXPECT_THAT(samples(), ElementsAre("cpu{dc=eu,host=server-1}=45.5", "ram{dc=eu,host=server-1}=8"));
  EXPECT_EQ(summary.unknown_members, 2U);
  EXPECT_EQ(summary.host_id, "server-1");
  EXPECT_EQ(batch_.timestamps, (std::vector<TimeNs>{kNow, kNow}));

  decode(R"({"value":1,"type":2,"unit":3,"host":"h","fields":{"x":1}})");
  EXPECT_THAT(samples(), ElementsAre("value{host=h}=1", "type{host=h}=2", "unit{host=h}=3"));
  EXPECT_EQ(decode("{}").received, 0U);
  EXPECT_EQ(decode(R"({"host":"h","timestamp":1})").received, 0U);
}

TEST_F(JsonForms, ndjson_is_one_sample_object_a_line) {
  options_.format = BodyFormat::ndjson;
  const DecodeSummary summary = decode(
      "{\"name\":\"a\",\"value\":1}\r\n\n  \n{\"value\":2,\"name\":\"b\"}\n[1,[2]]\n7\n{\"name\":\"c\",\"value\":3}");
  EXPECT_THAT(samples(), ElementsAre("a{}=1", "b{}=2", "c{}=3"));
  EXPECT_EQ(summary.rejected, 2U);
  EXPECT_EQ(batch_.indexes, (std::vector<std::uint32_t>{0, 1, 4}));
  EXPECT_EQ(position("{\"name\":\"a\",\"value\":1}\n{\"name\":\n\"b\"}"), 31U);
  EXPECT_EQ(position("{\"name\":\"a\",\"value\":1}\n{\"name\":\"b\",\"name\":\"b\"}"), 36U);
  EXPECT_EQ(kind("\n \r\n"), DecodeError::Kind::empty);
}

TEST_F(JsonForms, a_batchs_own_timestamp_tags_and_host_are_defaults_wherever_they_stand) {
  const std::string metrics = R"("metrics":[{"name":"a","value":1},{"name":"b","value":2,"timestamp":1736999999,
    "tags":{"dc":"us","host":"own"}},{"name":"c","value":3,"tags":{"dc":"","x":"y"}}])";
  const std::vector<std::string> defaults{R"("timestamp":1736999998)", R"("tags":{"dc":"eu","empty":""})",
                                          R"("host_id":"h1")"};
  for (const std::string& body : {"{" + metrics + "," + defaults[0] + "," + defaults[1] + "," + defaults[2] + "}",
                                  "{" + defaults[2] + "," + defaults[1] + "," + metrics + "," + defaults[0] + "}"}) {
    const DecodeSummary summary = decode(body);
    EXPECT_THAT(samples(), ElementsAre("a{dc=eu,host=h1}=1", "b{dc=us,host=own}=2", "c{dc=eu,host=h1,x=y}=3"));
    EXPECT_EQ(batch_.timestamps,
              (std::vector<TimeNs>{1'736'999'998 * kSecond, 1'736'999'999 * kSecond, 1'736'999'998 * kSecond}));
    EXPECT_EQ(summary.host_id, "h1");
  }
}

TEST_F(JsonForms, host_id_comes_before_server_id_and_host_counts_in_flat_bodies_only) {
  EXPECT_EQ(decode(R"({"serverId":"s","host":"x","host_id":"h","cpu":1})").host_id, "h");
  EXPECT_THAT(samples(), ElementsAre("cpu{host=h}=1"));
  EXPECT_EQ(decode(R"({"serverId":"s","host":"x","cpu":1})").host_id, "s");
  EXPECT_THAT(samples(), ElementsAre("cpu{host=s}=1"));
  EXPECT_EQ(decode(R"({"host":"x","cpu":1})").host_id, "");
  EXPECT_THAT(samples(), ElementsAre("cpu{host=x}=1"));
  const DecodeSummary batch = decode(R"({"host":"x","metrics":[{"name":"a","value":1}],"serverId":"s"})");
  EXPECT_THAT(samples(), ElementsAre("a{host=s}=1"));
  EXPECT_EQ(batch.unknown_members, 1U);
  decode(R"({"host_id":"h","name":"a","value":1})");
  EXPECT_THAT(samples(), ElementsAre("a{host=h}=1"));
  EXPECT_EQ(reason(R"({"host_id":7,"cpu":1})"), "invalid_tag host_id");
  EXPECT_EQ(reason("{\"host\":\"" + std::string(257, 'h') + R"(","cpu":1})"), "tag_value_too_long host");
}

TEST_F(JsonForms, batch_id_is_read_from_every_object_form) {
  EXPECT_EQ(decode(R"({"metrics":[],"batch_id":"abc 1"})").batch_id, "abc 1");
  EXPECT_EQ(decode(R"({"batch_id":"x","name":"a","value":1})").batch_id, "x");
  EXPECT_EQ(decode(R"({"batch_id":"x","cpu":1})").batch_id, "x");
  EXPECT_EQ(decode(R"({"cpu":1})").batch_id, "");
  EXPECT_EQ(decode(R"({"cpu":1,"batch_id":")" + std::string(128, 'x') + "\"}").batch_id.size(), 128U);
  for (const std::string bad : {"\"\"", "5", "null", "\"\\u00e9\"", "\"\\n\"", "{}"}) {
    EXPECT_EQ(kind(R"({"batch_id":)" + bad + "}"), DecodeError::Kind::malformed) << bad;
  }
  EXPECT_THAT(refuse(R"({"batch_id":")" + std::string(129, 'x') + "\"}").message, HasSubstr("1 to 128 printable"));
}

TEST_F(JsonForms, members_come_in_any_order) {
  const auto joined = [](const std::vector<std::string>& members) {
    std::string out;
    for (const std::string& member : members) out += (out.empty() ? "{" : ",") + member;
    return out + "}";
  };
  std::vector<std::string> sample{R"("name":"a")",  R"("value":1)",        R"("type":"counter")",
                                  R"("unit":"ms")", R"("tags":{"k":"v"})", R"("timestamp":1736999999)"};
  std::vector<std::string> batch{R"("metrics":[{"name":"a","value":1}])", R"("host_id":"h")", R"("batch_id":"b")",
                                 R"("tags":{"k":"v"})", R"("timestamp":1736999999)"};
  std::vector<std::string> flat{R"("a":1)", R"("serverId":"h")", R"("batch_id":"b")", R"("tags":{"k":"v"})",
                                R"("timestamp":1736999999)"};
  for (auto* members : {&sample, &batch, &flat}) {
    std::ranges::sort(*members);
    decode(joined(*members));
    const auto expected = facts_of(batch_);
    ASSERT_EQ(expected.size(), 1U);
    EXPECT_EQ(expected[0].tags.size(), members == &sample ? 1U : 2U);
    EXPECT_EQ(expected[0].time, 1'736'999'999 * kSecond);
    while (std::ranges::next_permutation(*members).found) {
      for (const std::string& body : {joined(*members), "[" + joined(*members) + "]"}) {
        if (body.starts_with('[') && members != &sample) continue;
        const DecodeSummary summary = decode(body);
        ASSERT_EQ(facts_of(batch_), expected) << body;
        ASSERT_EQ(summary.batch_id, members == &sample ? "" : "b");
      }
    }
  }
}

TEST_F(JsonForms, metrics_decides_before_name_and_name_before_anything_else) {
  EXPECT_EQ(decode(R"({"name":"a","value":1,"metrics":[{"name":"b","value":2}],"cpu":3})").unknown_members, 3U);
  EXPECT_THAT(samples(), ElementsAre("b{}=2"));
  EXPECT_EQ(decode(R"({"cpu":3,"mem":4,"name":"a","value":1})").unknown_members, 2U);
  EXPECT_THAT(samples(), ElementsAre("a{}=1"));
  EXPECT_EQ(reason(R"({"cpu":3,"name":null,"value":1})"), "invalid_name name");  // a sample all the same
  EXPECT_EQ(kind(R"({"name":"a","value":1,"metrics":null})"), DecodeError::Kind::malformed);
  EXPECT_EQ(decode(R"({"name":"a","value":1,"metrics":[]})").received, 0U);
}

TEST_F(JsonForms, a_flat_bodys_other_members_are_samples_only_where_they_are_numbers) {
  const DecodeSummary summary = decode(
      R"({"a":1,"b":"2","c":true,"d":null,"e":[3],"f":{"g":4},"h":-5e-1,"i":1e999,"fields":6,"name_":7,"Name":8})");
  EXPECT_THAT(samples(), ElementsAre("a{}=1", "h{}=-0.5", "fields{}=6", "name_{}=7", "Name{}=8"));
  EXPECT_EQ(summary.unknown_members, 5U);
  EXPECT_EQ(summary.received, 6U);
  ASSERT_EQ(summary.rejections.size(), 1U);
  EXPECT_EQ(summary.rejections[0].reason, Reason::value_out_of_range);
  EXPECT_EQ(batch_.indexes, (std::vector<std::uint32_t>{0, 1, 3, 4, 5}));
}

TEST_F(JsonForms, a_line_of_ndjson_is_a_sample_and_nothing_else) {
  options_.format = BodyFormat::ndjson;
  // What a body's root object may hold means nothing in a line.
  const DecodeSummary summary =
      decode(R"({"name":"a","value":1,"host_id":"h","batch_id":5,"metrics":[1],"serverId":{}})");
  EXPECT_THAT(samples(), ElementsAre("a{}=1"));
  EXPECT_EQ(summary.unknown_members, 4U);
  EXPECT_EQ(summary.host_id, "");
  EXPECT_EQ(summary.batch_id, "");
  EXPECT_EQ(reason(R"({"cpu":1})"), "missing_name name");
  EXPECT_EQ(reason("null"), "missing_name ");
  EXPECT_EQ(position("{\"name\":\"a\",\"value\":1} {\"name\":\"a\",\"value\":1}"), 23U);
  EXPECT_EQ(position("{\"name\":\"a\",\"value\":1}\r{\"name\":\"a\",\"value\":1}"), 23U);
  EXPECT_EQ(decode("\n\r\n{\"name\":\"a\",\"value\":1}\r\n\r\n").received, 1U);
}

}  // namespace
}  // namespace metricstream
