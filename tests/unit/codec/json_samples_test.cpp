// What a sample object becomes: values, fields, types, units, names.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "common/codec/record.hpp"
#include "tests/unit/codec/json_fixture.hpp"

namespace metricstream {
namespace {

using ::testing::ElementsAre;
using testing::facts_of;
using ::testing::HasSubstr;
using testing::SampleFacts;

using testing::kNow;

class JsonSamples : public testing::JsonBatch {};

TEST_F(JsonSamples, fields_expand_in_their_order_behind_the_value) {
  const DecodeSummary summary = decode(
      R"([{"fields":{"b":1,"text":"x","a":true,"value":2,"off":false},"name":"n","value":9},{"name":"m","value":4}])");
  EXPECT_THAT(samples(), ElementsAre("n{}=9", "n_b{}=1", "n_a{}=1", "n{}=2", "n_off{}=0", "m{}=4"));
  EXPECT_EQ(batch_.indexes, (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(summary.ignored_fields, 1U);

  const DecodeSummary bad = decode(R"({"name":"n","fields":{"x":null,"y":[1],"z":1e999,"ok":1,"b c":2}})");
  EXPECT_THAT(samples(), ElementsAre("n_ok{}=1"));
  EXPECT_EQ(bad.received, 5U);
  ASSERT_EQ(bad.rejections.size(), 4U);
  EXPECT_EQ(bad.rejections[0].field, "fields.x");
  EXPECT_EQ(bad.rejections[2].reason, Reason::value_out_of_range);
  EXPECT_EQ(bad.rejections[3].reason, Reason::invalid_name);
  EXPECT_EQ(bad.rejections[3].index, 4U);
  // Nothing vanishes: an object that gives no sample is one without value.
  EXPECT_EQ(reason(R"({"name":"n","fields":{}})"), "missing_value value");
  EXPECT_EQ(reason(R"({"name":"n","fields":{"a":"b"}})"), "missing_value value");
  for (const std::string text : {"[1]", "5", "\"x\"", "null"}) {
    EXPECT_EQ(reason(R"({"name":"n","fields":)" + text + "}"), "invalid_value fields") << text;
    EXPECT_EQ(reason(R"({"name":"n","value":1,"fields":)" + text + "}"), "invalid_value fields") << text;
  }
}

TEST_F(JsonSamples, a_bad_sample_is_refused_alone_and_says_why) {
  EXPECT_EQ(reason(R"([{"value":1}])"), "missing_name name");
  EXPECT_EQ(reason(R"([5])"), "missing_name ");
  EXPECT_EQ(reason(R"([[{"name":"a","value":1}]])"), "missing_name ");
  EXPECT_EQ(reason(R"({"name":5,"value":1})"), "invalid_name name");
  EXPECT_EQ(reason(R"({"name":"","value":1})"), "invalid_name name");
  EXPECT_EQ(reason(R"({"name":"a b","value":1})"), "invalid_name name");
  EXPECT_EQ(reason(R"({"name":"a\u0000","value":1})"), "invalid_name name");
  EXPECT_EQ(reason(R"({"name":")" + std::string(129, 'a') + R"(","value":1})"), "name_too_long name");
  EXPECT_EQ(reason(R"({"name":")" + std::string(128, 'a') + R"(","value":1})"), "accepted");
  EXPECT_EQ(reason(R"({"name":"a"})"), "missing_value value");
  for (const std::string bad : {"\"1\"", "true", "null", "[1]", "{}"}) {
    EXPECT_EQ(reason(R"({"name":"a","value":)" + bad + "}"), "invalid_value value") << bad;
  }
  EXPECT_EQ(reason(R"({"name":"a","value":1e309})"), "value_out_of_range value");
  EXPECT_EQ(reason(R"({"name":"a","value":-1e309})"), "value_out_of_range value");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"type":"gouge"})"), "unknown_type type");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"type":1})"), "unknown_type type");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"unit":1})"), "invalid_unit unit");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"unit":"a\nb"})"), "invalid_unit unit");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":[]})"), "invalid_tag tags");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":null})"), "invalid_tag tags");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"k":1}})"), "invalid_tag tags.k");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"k":{"a":[]}}})"), "invalid_tag tags.k");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"k":"v\\"}})"), "invalid_tag tags.k");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"p99":"v"}})"), "reserved_tag tags.p99");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"p99":""}})"), "accepted");
  EXPECT_EQ(reason(R"({"metrics":[{"name":"a","value":1}],"tags":5})"), "invalid_tag tags");
  EXPECT_EQ(reason(R"({"metrics":[{"name":"a","value":1}],"timestamp":"soon"})"), "invalid_timestamp timestamp");
}

TEST_F(JsonSamples, details_name_the_limit_and_never_hold_raw_bytes) {
  const DecodeSummary summary =
      decode(R"([{"name":"a","value":1,"tags":{"k\n":"v"}},{"name":")" + std::string(200, 'n') +
             R"(","value":1},{"name":"a","value":1,"timestamp":1736990000}])");
  ASSERT_EQ(summary.rejections.size(), 3U);
  EXPECT_EQ(summary.rejections[0].field, "tags.k\\x0a");
  EXPECT_THAT(summary.rejections[1].detail, HasSubstr("200 bytes, at most 128"));
  EXPECT_EQ(summary.rejections[2].detail, "2h46m40s old, at most 1h15m");
}

TEST_F(JsonSamples, every_type_and_its_other_names) {
  decode(R"([{"name":"a","value":1,"type":"gauge"},{"name":"a","value":1,"type":"counter"},
             {"name":"a","value":1,"type":"histogram"},{"name":"a","value":1,"type":"timer"},
             {"name":"a","value":1,"type":"distribution"},{"name":"a","value":1,"type":"summary"},{"name":"a","value":1}])");
  std::vector<MetricType> types;
  for (const SampleFacts& facts : facts_of(batch_)) types.push_back(facts.type);
  using enum MetricType;
  EXPECT_THAT(types, ElementsAre(gauge, counter, histogram, histogram, histogram, histogram, gauge));
}

TEST_F(JsonSamples, unknown_members_are_skipped_and_counted_whatever_they_hold) {
  const DecodeSummary summary = decode(
      R"({"metrics":[{"name":"a","x":{"y":1,"y":[{"y":"\u00e9"}]},"value":1,"z":null}],"version":"1","name":"b","value":2,"fields":{"q":1}})");
  EXPECT_EQ(summary.unknown_members, 6U);
  EXPECT_THAT(samples(), ElementsAre("a{}=1"));
  EXPECT_EQ(decode(R"({"name":"a","value":1,"x":1,"host":"h"})").unknown_members, 2U);
}

TEST_F(JsonSamples, strings_and_series_are_stored_once) {
  decode(R"([{"name":"a","value":1,"tags":{"h":"x","dc":"eu"}},{"name":"b","value":1,"tags":{"dc":"eu","h":"x"}},
             {"name":"a","value":2,"tags":{"dc":"eu","h":"x"}},{"name":"a","value":2,"type":"counter","tags":{"dc":"eu","h":"x"}}])");
  EXPECT_EQ(batch_.series.size(), 3U);
  EXPECT_EQ(batch_.tags.size(), 2U);
  EXPECT_THAT(batch_.dictionary, ::testing::UnorderedElementsAre("a", "b", "h", "x", "dc", "eu"));
}

TEST_F(JsonSamples, nothing_of_a_refused_sample_is_in_the_batch) {
  decode(R"([{"name":"secret1","value":"x"},{"name":"secret2","value":1,"tags":{"secret3":"secret4"},"timestamp":1},
             {"name":"secret5","value":1,"unit":"secret6","tags":{"k":1}},{"name":"ok","value":1}])");
  EXPECT_THAT(batch_.dictionary, ElementsAre("ok"));
}

TEST_F(JsonSamples, names_are_rewritten_only_where_asked) {
  options_.names = NamePolicy::underscore;
  decode(R"([{"name":"CPU.Usage %","value":1},{"name":"cpu_usage__","value":2}])");
  EXPECT_THAT(samples(), ElementsAre("cpu_usage__{}=1", "cpu_usage__{}=2"));
  EXPECT_EQ(batch_.series.size(), 1U);
  options_.names = NamePolicy::lowercase;
  decode(R"({"name":"CPU.Usage","fields":{"Max":1}})");
  EXPECT_THAT(samples(), ElementsAre("cpu.usage_max{}=1"));
}

TEST_F(JsonSamples, only_readings_with_timestamps_can_be_named_by_the_bodys_hash) {
  const auto timed = [&](const std::string& sample) { return decode("[" + sample + "]").only_timed_readings; };
  const std::string reading = R"({"name":"a","value":1,"timestamp":1737000000})";
  EXPECT_TRUE(timed(reading));
  EXPECT_TRUE(timed(reading + R"(,{"name":"a"})"));  // refused ones do not matter
  EXPECT_FALSE(timed(reading + R"(,{"name":"a","value":1})"));
  EXPECT_FALSE(timed(R"({"name":"a","value":1,"timestamp":1737000000,"type":"timer"})"));
}

TEST_F(JsonSamples, unescaped_strings_are_views_of_the_body) {
  decode(R"({"name":"cpu","value":1,"tags":{"host":"a"}})");
  for (const std::string_view text : batch_.dictionary) {
    EXPECT_GE(text.data(), body_.data());
    EXPECT_LT(text.data(), body_.data() + body_.size());
  }
}

TEST_F(JsonSamples, what_is_decoded_is_a_record_that_its_decoder_accepts) {
  decode(R"([{"name":"a","value":1,"timestamp":1837000000,"unit":"B"},{},{"name":"b","fields":{"x":1,"y":true}}])");
  Record record;
  record.client_id = "c";
  record.accepted_at = kNow;
  record.batch = std::move(batch_);
  std::string bytes;
  encode_record(record, bytes);
  Record out;
  ASSERT_TRUE(decode_record(bytes, out));
  EXPECT_EQ(facts_of(out.batch), facts_of(record.batch));
  batch_ = Batch{};
}

TEST_F(JsonSamples, unknown_members_may_hold_anything_that_is_json) {
  for (const std::string text : {"null", "true", "-1.5e3", "1e999", R"("")", R"("\ud83d\ude00")", "[]", "{}",
                                 "[[[[[[]]]]]]", R"({"a":1,"a":2})", R"([{"name":"x","value":1}])",
                                 R"({"metrics":[{"name":"x","value":1}],"tags":5})", "[1,\"a\",null,true,{},[]]"}) {
    for (const std::string key : {"x", "Name", "VALUE", "", "\\u0000", "na me", "metric"}) {
      const std::string member = "\"" + key + "\":" + text;
      EXPECT_EQ(decode("{" + member + R"(,"name":"a","value":1})").unknown_members, 1U) << member;
      EXPECT_THAT(samples(), ElementsAre("a{}=1"));
      EXPECT_EQ(decode(R"([{"name":"a",)" + member + R"(,"value":1}])").unknown_members, 1U) << member;
      EXPECT_THAT(samples(), ElementsAre("a{}=1"));
    }
  }
}

TEST_F(JsonSamples, fields_take_numbers_and_booleans_ignore_texts_and_refuse_the_rest_one_by_one) {
  const DecodeSummary summary = decode(
      R"({"name":"n","fields":{"a":-0.5,"b":true,"c":false,"d":"x","e":"","f":null,"g":[1],"h":{"i":1},"j":1e999,"k":1e-999,"value":7}})");
  EXPECT_THAT(samples(), ElementsAre("n_a{}=-0.5", "n_b{}=1", "n_c{}=0", "n_k{}=0", "n{}=7"));
  EXPECT_EQ(batch_.indexes, (std::vector<std::uint32_t>{0, 1, 2, 7, 8}));
  EXPECT_EQ(summary.ignored_fields, 2U);
  std::vector<std::string> listed;
  for (const Rejection& rejection : summary.rejections) {
    listed.push_back(std::to_string(rejection.index) + " " + std::string(to_string(rejection.reason)) + " " +
                     rejection.field);
  }
  EXPECT_THAT(listed, ElementsAre("3 invalid_value fields.f", "4 invalid_value fields.g", "5 invalid_value fields.h",
                                  "6 value_out_of_range fields.j"));
  for (const std::string bad : {"null", "1", "true", "[]", R"("x")"}) {
    EXPECT_EQ(reason(R"({"name":"n","fields":)" + bad + "}"), "invalid_value fields") << bad;
  }
}

TEST_F(JsonSamples, the_name_of_a_field_is_checked_with_the_samples_before_it) {
  const std::string name(120, 'n');
  EXPECT_EQ(reason(R"({"name":")" + name + R"(","fields":{"1234567":1}})"), "accepted");
  EXPECT_EQ(reason(R"({"name":")" + name + R"(","fields":{"12345678":1}})"), "name_too_long name");
  EXPECT_EQ(reason(R"({"name":"9","fields":{"a":1}})"), "invalid_name name");
  EXPECT_EQ(reason(R"({"name":"","fields":{"a":1}})"), "accepted") << "_a";
  EXPECT_EQ(reason(R"({"name":"","fields":{"value":1}})"), "invalid_name name");
}

TEST_F(JsonSamples, names_of_every_byte_are_taken_or_refused_by_the_pattern) {
  const std::string start = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  for (int byte = 0x20; byte < 0x7f; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string text = c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    const bool may_begin = start.contains(c);
    const bool may_follow = may_begin || std::string_view("0123456789.:/-").contains(c);
    EXPECT_EQ(reason(R"({"name":")" + text + R"(","value":1})"), may_begin ? "accepted" : "invalid_name name") << c;
    EXPECT_EQ(reason(R"({"name":"a)" + text + R"(","value":1})"), may_follow ? "accepted" : "invalid_name name") << c;
  }
  EXPECT_EQ(reason(R"({"name":"caf\u00e9","value":1})"), "invalid_name name");
}

TEST_F(JsonSamples, units_of_64_bytes_are_taken_and_of_65_refused) {
  decode(R"({"name":"a","value":1,"unit":")" + std::string(64, 'u') + R"("})");
  EXPECT_EQ(facts_of(batch_).at(0).unit, std::string(64, 'u'));
  EXPECT_EQ(reason(R"({"name":"a","value":1,"unit":")" + std::string(65, 'u') + R"("})"), "invalid_unit unit");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"unit":""})"), "accepted");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"unit":"\u00b0C"})"), "accepted");
  for (const std::string bad : {"null", "1", "[]", "{}", "true", R"("a\\")", R"("\u007f")"}) {
    EXPECT_EQ(reason(R"({"name":"a","value":1,"unit":)" + bad + "}"), "invalid_unit unit") << bad;
  }
}

TEST_F(JsonSamples, types_of_any_other_text_or_kind_refuse_their_sample) {
  for (const std::string bad : {R"("")", R"("Gauge")", R"("gauge ")", R"("GAUGE")", R"("set")", R"("gauge\u0000")",
                                "null", "1", "true", "[]", R"(["gauge"])", R"({"gauge":1})"}) {
    EXPECT_EQ(reason(R"({"name":"a","value":1,"type":)" + bad + "}"), "unknown_type type") << bad;
  }
  EXPECT_EQ(reason(R"({"name":"a","value":1,"type":"\u0067auge"})"), "accepted");
}

}  // namespace
}  // namespace metricstream
