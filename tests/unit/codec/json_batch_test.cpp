#include "common/codec/json_batch.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "common/codec/record.hpp"
#include "tests/unit/codec/sample_records.hpp"

namespace metricstream {
namespace {

using ::testing::ElementsAre;
using testing::facts_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::SampleFacts;

constexpr TimeNs kNow = 1'737'000'000 * kSecond;

// One decoder for all tests of a case, as in a server: nothing of one body may show in the next.
class JsonBatch : public ::testing::Test {
 protected:
  DecodeSummary decode(std::string_view body) {
    body_ = body;
    DecodeResult result = decoder_.decode(body_, kNow, options_, batch_);
    if (!result) {
      ADD_FAILURE() << body << "\nrefused at byte " << result.error().position << ": " << result.error().message;
      return {};
    }
    EXPECT_EQ(result->received, result->accepted + result->rejected);
    EXPECT_EQ(result->accepted, batch_.size());
    return std::move(*result);
  }
  DecodeError refuse(std::string_view body) {
    body_ = body;
    DecodeResult result = decoder_.decode(body_, kNow, options_, batch_);
    if (result) {
      ADD_FAILURE() << "accepted: " << body;
      return {};
    }
    return result.error();
  }
  // "name{key=value,...}=value" of each sample.
  std::vector<std::string> samples() const {
    std::vector<std::string> out;
    for (const SampleFacts& facts : facts_of(batch_)) {
      std::string text = facts.name + "{";
      for (const auto& [key, value] : facts.tags) text += (text.back() == '{' ? "" : ",") + key + "=" + value;
      out.push_back(text + "}=" + ::testing::PrintToString(facts.value));
    }
    return out;
  }
  // The reason of a body's only sample.
  std::string reason(std::string_view body) {
    const DecodeSummary summary = decode(body);
    EXPECT_EQ(summary.received, 1U) << body;
    if (summary.rejections.empty()) return "accepted";
    return std::string(to_string(summary.rejections[0].reason)) + " " + summary.rejections[0].field;
  }
  TimeNs time(std::string_view body) {
    decode(body);
    return batch_.size() == 1 ? batch_.timestamps[0] : -1;
  }
  DecodeError::Kind kind(std::string_view body) { return refuse(body).kind; }
  std::size_t position(std::string_view body) {
    const DecodeError error = refuse(body);
    EXPECT_EQ(error.kind, DecodeError::Kind::malformed);
    return error.position;
  }

  JsonBatchDecoder decoder_;
  DecodeOptions options_;
  Batch batch_;
  std::string body_;
};

TEST_F(JsonBatch, an_object_with_metrics_is_a_batch) {
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

TEST_F(JsonBatch, an_object_with_name_is_one_sample) {
  decode(R"({"tags":{"a":"b"},"value":2,"name":"cpu"})");
  EXPECT_THAT(samples(), ElementsAre("cpu{a=b}=2"));
}

TEST_F(JsonBatch, an_array_is_a_batch) {
  decode(R"([{"name":"a","value":1},{"name":"b","value":2}])");
  EXPECT_THAT(samples(), ElementsAre("a{}=1", "b{}=2"));
  EXPECT_EQ(decode("[]").received, 0U);
}

TEST_F(JsonBatch, any_other_object_is_flat) {
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

TEST_F(JsonBatch, ndjson_is_one_sample_object_a_line) {
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

TEST_F(JsonBatch, a_batchs_own_timestamp_tags_and_host_are_defaults_wherever_they_stand) {
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

TEST_F(JsonBatch, host_id_comes_before_server_id_and_host_counts_in_flat_bodies_only) {
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

TEST_F(JsonBatch, fields_expand_in_their_order_behind_the_value) {
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
  EXPECT_EQ(reason(R"({"name":"n","fields":[1]})"), "invalid_value fields");
}

TEST_F(JsonBatch, a_bad_sample_is_refused_alone_and_says_why) {
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

TEST_F(JsonBatch, details_name_the_limit_and_never_hold_raw_bytes) {
  const DecodeSummary summary =
      decode(R"([{"name":"a","value":1,"tags":{"k\n":"v"}},{"name":")" + std::string(200, 'n') +
             R"(","value":1},{"name":"a","value":1,"timestamp":1736990000}])");
  ASSERT_EQ(summary.rejections.size(), 3U);
  EXPECT_EQ(summary.rejections[0].field, "tags.k\\x0a");
  EXPECT_THAT(summary.rejections[1].detail, HasSubstr("200 bytes, at most 128"));
  EXPECT_EQ(summary.rejections[2].detail, "2h46m40s old, at most 1h15m");
}

TEST_F(JsonBatch, twenty_tags_are_accepted_and_twenty_one_refused) {
  const auto with_tags = [](int count) {
    std::string body = R"({"name":"a","value":1,"tags":{)";
    for (int i = 0; i < count; ++i) body += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + R"(":"v")";
    return body + R"(,"none":""}})";
  };
  EXPECT_EQ(reason(with_tags(20)), "accepted");
  EXPECT_EQ(reason(with_tags(21)), "too_many_tags tags");
  options_.limits.tags = 0;
  EXPECT_EQ(reason(R"({"name":"a","value":1})"), "accepted");
  EXPECT_EQ(reason(with_tags(1)), "too_many_tags tags");
}

TEST_F(JsonBatch, every_type_and_its_other_names) {
  decode(R"([{"name":"a","value":1,"type":"gauge"},{"name":"a","value":1,"type":"counter"},
             {"name":"a","value":1,"type":"histogram"},{"name":"a","value":1,"type":"timer"},
             {"name":"a","value":1,"type":"distribution"},{"name":"a","value":1,"type":"summary"},{"name":"a","value":1}])");
  std::vector<MetricType> types;
  for (const SampleFacts& facts : facts_of(batch_)) types.push_back(facts.type);
  using enum MetricType;
  EXPECT_THAT(types, ElementsAre(gauge, counter, histogram, histogram, histogram, histogram, gauge));
}

TEST_F(JsonBatch, without_timestamp_a_sample_gets_the_acceptance_time_plus_its_index) {
  const DecodeSummary summary = decode(R"([{"name":"a","value":1},{"bad":1},{"name":"a","value":2}])");
  EXPECT_EQ(batch_.timestamps, (std::vector<TimeNs>{kNow, kNow + 2}));
  EXPECT_THAT(batch_.arrivals, ElementsAre(0, 1));
  EXPECT_FALSE(summary.only_timed_readings);
}

TEST_F(JsonBatch, timestamps_at_the_limits_are_kept_and_past_them_refused_or_adjusted) {
  const auto body = [](TimeNs at) {
    return R"([{"name":"x"},{"name":"a","value":1,"timestamp":)" + std::to_string(at) + "}]";
  };
  const TimeNs oldest = kNow - 75 * kMinute;
  const TimeNs newest = kNow + kMinute;
  EXPECT_EQ(time(body(oldest)), oldest);
  EXPECT_EQ(decode(body(oldest - 1)).by_reason[static_cast<std::size_t>(Reason::too_old)], 1U);
  EXPECT_EQ(time(body(newest)), newest);
  EXPECT_THAT(batch_.adjusted, IsEmpty());

  const DecodeSummary adjusted = decode(body(newest + 1));
  EXPECT_EQ(adjusted.adjusted, 1U);
  EXPECT_EQ(adjusted.accepted, 1U);
  EXPECT_EQ(adjusted.rejected, 1U);
  EXPECT_TRUE(adjusted.only_timed_readings);
  ASSERT_EQ(adjusted.rejections.size(), 2U);
  EXPECT_EQ(adjusted.rejections[1].reason, Reason::adjusted_future);
  EXPECT_EQ(adjusted.rejections[1].index, 1U);
  EXPECT_EQ(batch_.timestamps[0], kNow + 1);
  ASSERT_EQ(batch_.adjusted.size(), 1U);
  EXPECT_EQ(batch_.adjusted[0].original, newest + 1);

  options_.time.future = FuturePolicy::reject;
  EXPECT_EQ(decode(body(newest + 1)).by_reason[static_cast<std::size_t>(Reason::too_new)], 1U);
}

TEST_F(JsonBatch, timestamps_come_as_numbers_of_four_units_or_as_text) {
  const auto at = [&](const std::string& text) { return time(R"({"name":"a","value":1,"timestamp":)" + text + "}"); };
  EXPECT_EQ(at("1737000000"), kNow);
  EXPECT_EQ(at("1737000000.25"), kNow + kSecond / 4);
  EXPECT_EQ(at("1737000000001"), kNow + kMillisecond);
  EXPECT_EQ(at("1737000000000001"), kNow + 1000);
  EXPECT_EQ(at("1737000000000000001"), kNow + 1);
  EXPECT_EQ(at("1.737e9"), kNow);
  EXPECT_EQ(at(R"("2025-01-16T04:00:00Z")"), kNow);
  EXPECT_EQ(at(R"("2025-01-16T05:00:00.5+01:00")"), kNow + kSecond / 2);
  for (const std::string bad : {"\"1737000000\"", "null", "true", "[]", "{}", "\"\"", "1e30", "99999999999999999999"}) {
    EXPECT_EQ(reason(R"({"name":"a","value":1,"timestamp":)" + bad + "}"), "invalid_timestamp timestamp") << bad;
  }
  EXPECT_EQ(reason(R"({"name":"a","value":1,"timestamp":0})"), "too_old timestamp");
  EXPECT_EQ(reason(R"({"name":"a","value":1,"timestamp":-1})"), "too_old timestamp");
}

TEST_F(JsonBatch, values_are_exact) {
  decode(R"([{"name":"a","value":0.1},{"name":"a","value":9007199254740993},{"name":"a","value":-0},
             {"name":"a","value":1e-400},{"name":"a","value":18446744073709551615},{"name":"a","value":123456789012345678901234567890},
             {"name":"a","value":2.2250738585072011e-308},{"name":"a","value":0.30000000000000004}])");
  EXPECT_EQ(batch_.values, (std::vector<double>{0.1, 9007199254740992.0, -0.0, 0.0, 18446744073709551616.0,
                                                1.2345678901234568e29, 2.2250738585072011e-308, 0.30000000000000004}));
  EXPECT_TRUE(std::signbit(batch_.values[2]));
}

TEST_F(JsonBatch, unknown_members_are_skipped_and_counted_whatever_they_hold) {
  const DecodeSummary summary = decode(
      R"({"metrics":[{"name":"a","x":{"y":1,"y":[{"y":"\u00e9"}]},"value":1,"z":null}],"version":"1","name":"b","value":2,"fields":{"q":1}})");
  EXPECT_EQ(summary.unknown_members, 6U);
  EXPECT_THAT(samples(), ElementsAre("a{}=1"));
  EXPECT_EQ(decode(R"({"name":"a","value":1,"x":1,"host":"h"})").unknown_members, 2U);
}

TEST_F(JsonBatch, escapes_are_resolved_in_names_tags_and_keys) {
  decode(R"([{"n\u0061me":"\u0063pu","value":1,"tags":{"\u006bey":"\ud83d\ude00\"","z":"a\/b"}},
             {"name":"cpu","value":2,"tags":{"key":"😀\"","z":"a/b"}}])");
  EXPECT_THAT(samples(), ElementsAre("cpu{key=😀\",z=a/b}=1", "cpu{key=😀\",z=a/b}=2"));
  EXPECT_EQ(batch_.series.size(), 1U);
  const std::string tail(5000, 'x');
  EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"k":"\n)" + tail + R"("}})"), "tag_value_too_long tags.k");
}

TEST_F(JsonBatch, strings_and_series_are_stored_once) {
  decode(R"([{"name":"a","value":1,"tags":{"h":"x","dc":"eu"}},{"name":"b","value":1,"tags":{"dc":"eu","h":"x"}},
             {"name":"a","value":2,"tags":{"dc":"eu","h":"x"}},{"name":"a","value":2,"type":"counter","tags":{"dc":"eu","h":"x"}}])");
  EXPECT_EQ(batch_.series.size(), 3U);
  EXPECT_EQ(batch_.tags.size(), 2U);
  EXPECT_THAT(batch_.dictionary, ::testing::UnorderedElementsAre("a", "b", "h", "x", "dc", "eu"));
}

TEST_F(JsonBatch, nothing_of_a_refused_sample_is_in_the_batch) {
  decode(R"([{"name":"secret1","value":"x"},{"name":"secret2","value":1,"tags":{"secret3":"secret4"},"timestamp":1},
             {"name":"secret5","value":1,"unit":"secret6","tags":{"k":1}},{"name":"ok","value":1}])");
  EXPECT_THAT(batch_.dictionary, ElementsAre("ok"));
}

TEST_F(JsonBatch, names_are_rewritten_only_where_asked) {
  options_.names = NamePolicy::underscore;
  decode(R"([{"name":"CPU.Usage %","value":1},{"name":"cpu_usage__","value":2}])");
  EXPECT_THAT(samples(), ElementsAre("cpu_usage__{}=1", "cpu_usage__{}=2"));
  EXPECT_EQ(batch_.series.size(), 1U);
  options_.names = NamePolicy::lowercase;
  decode(R"({"name":"CPU.Usage","fields":{"Max":1}})");
  EXPECT_THAT(samples(), ElementsAre("cpu.usage_max{}=1"));
}

TEST_F(JsonBatch, batch_id_is_read_from_every_object_form) {
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

TEST_F(JsonBatch, only_readings_with_timestamps_can_be_named_by_the_bodys_hash) {
  const auto timed = [&](const std::string& sample) { return decode("[" + sample + "]").only_timed_readings; };
  const std::string reading = R"({"name":"a","value":1,"timestamp":1737000000})";
  EXPECT_TRUE(timed(reading));
  EXPECT_TRUE(timed(reading + R"(,{"name":"a"})"));  // refused ones do not matter
  EXPECT_FALSE(timed(reading + R"(,{"name":"a","value":1})"));
  EXPECT_FALSE(timed(R"({"name":"a","value":1,"timestamp":1737000000,"type":"timer"})"));
}

TEST_F(JsonBatch, what_is_not_json_is_refused_with_its_position) {
  EXPECT_EQ(position(R"({"a":1} x)"), 8U);
  EXPECT_EQ(position(R"({"a":1}{"a":1})"), 7U);
  EXPECT_EQ(position(R"({"a":1,})"), 7U);
  EXPECT_EQ(position(R"([1,])"), 3U);
  EXPECT_EQ(position(R"({"a":01})"), 6U);
  EXPECT_EQ(position(R"({'a':1})"), 1U);
  EXPECT_EQ(position("{\"a\":\"\x01\"}"), 6U);
  EXPECT_EQ(position("{\"a\":\"\xff\"}"), 6U);
  EXPECT_EQ(position("{\"a\":\"\xc3(\"}"), 6U);
  EXPECT_EQ(position(R"({"a":"\ud800"})"), 12U);
  EXPECT_EQ(position(R"({"a":NaN})"), 5U);
  EXPECT_EQ(position(R"({"a":1)"), 6U);
  EXPECT_EQ(position(R"([1e99999999999])"), 12U);
  EXPECT_EQ(position("5"), 0U);
  EXPECT_EQ(position(" \"x\""), 1U);
  EXPECT_EQ(position("null"), 0U);
  EXPECT_EQ(position("\xef\xbb\xbf{}"), 0U);
  EXPECT_EQ(kind(""), DecodeError::Kind::empty);
  EXPECT_EQ(kind(" \r\n\t"), DecodeError::Kind::empty);
  EXPECT_EQ(kind(R"({"metrics":{}})"), DecodeError::Kind::malformed);
  EXPECT_EQ(kind(R"({"metrics":5})"), DecodeError::Kind::malformed);
}

TEST_F(JsonBatch, a_duplicate_key_is_refused_at_its_position_except_inside_unknown_members) {
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

TEST_F(JsonBatch, eight_levels_are_read_and_nine_refused) {
  const auto nested = [](int levels) {
    return R"({"name":"a","value":1,"x":)" + std::string(static_cast<std::size_t>(levels - 1), '[') +
           std::string(static_cast<std::size_t>(levels - 1), ']') + "}";
  };
  EXPECT_EQ(reason(nested(8)), "accepted");
  EXPECT_EQ(position(nested(9)), 26U + 7U);
  EXPECT_THAT(refuse(nested(9)).message, HasSubstr("deeper than 8"));
  EXPECT_EQ(kind(std::string(100'000, '[')), DecodeError::Kind::malformed);
}

TEST_F(JsonBatch, a_thousand_samples_are_read_and_more_refused_as_too_large) {
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

TEST_F(JsonBatch, objects_of_thousands_of_members_are_refused) {
  const auto members = [](int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += ",\"k" + std::to_string(i) + "\":\"\"";
    return out;
  };
  EXPECT_EQ(decode(R"({"name":"a","value":1)" + members(4096) + "}").accepted, 1U);
  EXPECT_EQ(kind(R"({"name":"a","value":1)" + members(4097) + "}"), DecodeError::Kind::too_large);
  EXPECT_EQ(decode(R"({"name":"a","value":1,"tags":{"k":"")" + members(4095) + "}}").accepted, 1U);
  EXPECT_EQ(kind(R"({"name":"a","value":1,"tags":{"k":"")" + members(4096) + "}}"), DecodeError::Kind::too_large);
}

TEST_F(JsonBatch, a_hundred_refusals_are_listed_and_all_are_counted) {
  std::string body = "[";
  for (int i = 0; i < 150; ++i) body += R"({"name":"a","value":null},)";
  const DecodeSummary summary = decode(body + R"({"name":"a","value":1}])");
  EXPECT_EQ(summary.rejected, 150U);
  EXPECT_EQ(summary.rejections.size(), 100U);
  EXPECT_EQ(summary.rejections.back().index, 99U);
  EXPECT_EQ(summary.by_reason[static_cast<std::size_t>(Reason::invalid_value)], 150U);
  EXPECT_EQ(batch_.indexes, (std::vector<std::uint32_t>{150}));
}

TEST_F(JsonBatch, unescaped_strings_are_views_of_the_body) {
  decode(R"({"name":"cpu","value":1,"tags":{"host":"a"}})");
  for (const std::string_view text : batch_.dictionary) {
    EXPECT_GE(text.data(), body_.data());
    EXPECT_LT(text.data(), body_.data() + body_.size());
  }
}

TEST_F(JsonBatch, what_is_decoded_is_a_record_that_its_decoder_accepts) {
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

}  // namespace
}  // namespace metricstream
