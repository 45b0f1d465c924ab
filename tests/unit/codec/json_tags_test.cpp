// Tags: which are taken, which are dropped, which refuse their sample.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/unit/codec/json_fixture.hpp"

namespace metricstream {
namespace {

using ::testing::ElementsAre;

class JsonTags : public testing::JsonBatch {};

TEST_F(JsonTags, twenty_tags_are_accepted_and_twenty_one_refused) {
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

TEST_F(JsonTags, escapes_are_resolved_in_names_tags_and_keys) {
  decode(R"([{"n\u0061me":"\u0063pu","value":1,"tags":{"\u006bey":"\ud83d\ude00\"","z":"a\/b"}},
             {"name":"cpu","value":2,"tags":{"key":"😀\"","z":"a/b"}}])");
  EXPECT_THAT(samples(), ElementsAre("cpu{key=😀\",z=a/b}=1", "cpu{key=😀\",z=a/b}=2"));
  EXPECT_EQ(batch_.series.size(), 1U);
  const std::string tail(5000, 'x');
  EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"k":"\n)" + tail + R"("}})"), "tag_value_too_long tags.k");
}

TEST_F(JsonTags, keys_that_would_collide_with_what_is_written_beside_them_are_refused) {
  for (const std::string key : {"client_id", "time", "_x", "_", "_field", "value", "count", "sum", "min", "max", "avg",
                                "first", "last", "stddev", "increase", "p0", "p50", "p99", "p999999"}) {
    EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{")" + key + R"(":"v"}})"), "reserved_tag tags." + key);
    EXPECT_EQ(reason(R"({"metrics":[{"name":"a","value":1}],"tags":{")" + key + R"(":"v"}})"),
              "reserved_tag tags." + key);
  }
  for (const std::string key : {"client", "Time", "times", "x_", "Value", "p", "p5x", "P50", "p 5", "max1", "host"}) {
    EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{")" + key + R"(":"v"}})"), "accepted") << key;
  }
}

TEST_F(JsonTags, of_64_and_256_bytes_are_taken_and_of_one_more_refused) {
  const auto with = [&](std::string_view key, std::string_view value) {
    return reason(R"({"name":"a","value":1,"tags":{")" + std::string(key) + R"(":")" + std::string(value) + R"("}})");
  };
  const std::string e32 = [] {  // 64 bytes
    std::string out;
    for (int i = 0; i < 32; ++i) out += "\xc3\xa9";
    return out;
  }();
  EXPECT_EQ(with(std::string(64, 'k'), std::string(256, 'v')), "accepted");
  EXPECT_EQ(with(e32, e32 + e32 + e32 + e32), "accepted");
  EXPECT_EQ(with(std::string(65, 'k'), "v").substr(0, 16), "tag_key_too_long");
  EXPECT_EQ(with(e32 + "k", "v").substr(0, 16), "tag_key_too_long");
  EXPECT_EQ(with("k", std::string(257, 'v')), "tag_value_too_long tags.k");
  EXPECT_EQ(with("k", e32 + e32 + e32 + e32 + "v"), "tag_value_too_long tags.k");
  std::string escaped;  // counted as what they mean, not as they are written
  for (int i = 0; i < 64; ++i) escaped += R"(\ud83d\ude00)";
  EXPECT_EQ(with("k", escaped), "accepted");
  EXPECT_EQ(with("k", escaped + "x"), "tag_value_too_long tags.k");
}

TEST_F(JsonTags, that_are_no_text_refuse_their_sample) {
  for (const std::string value :
       {"1", "-0.5e1", "true", "false", "null", "[]", "{}", R"(["v"])", R"({"v":"v"})", "1e999"}) {
    EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":{"ok":"v","k":)" + value + "}}"), "invalid_tag tags.k") << value;
    EXPECT_EQ(reason(R"({"metrics":[{"name":"a","value":1,"tags":{"x":"y"}}],"tags":{"k":)" + value + "}}"),
              "invalid_tag tags.k");
    if (value != "{}" && !value.starts_with('{')) {
      EXPECT_EQ(reason(R"({"name":"a","value":1,"tags":)" + value + "}"), "invalid_tag tags") << value;
    }
  }
}

TEST_F(JsonTags, are_sorted_by_bytes_and_otherwise_untouched) {
  decode(
      R"({"name":"a","value":1,"tags":{"b":" x ","\u00e9":"\u00c9","B":"Y","a b":"c=d,e","a":"\"","zz":"","0":"0"}})");
  EXPECT_THAT(samples(), ElementsAre("a{0=0,B=Y,a=\",a b=c=d,e,b= x ,\xc3\xa9=\xc3\x89}=1"));
}

TEST_F(JsonTags, of_a_sample_win_over_the_batchs_and_an_empty_one_leaves_their_place_to_them) {
  decode(R"({"tags":{"a":"batch","b":"batch","c":""},"host_id":"h","metrics":[
    {"name":"m","value":1,"tags":{"a":"own","b":"","c":"own","host":"own"}},
    {"name":"m","value":2,"tags":{}},{"name":"m","value":3},{"name":"m","value":4,"tags":{"host":""}}]})");
  EXPECT_THAT(samples(), ElementsAre("m{a=own,b=batch,c=own,host=own}=1", "m{a=batch,b=batch,host=h}=2",
                                     "m{a=batch,b=batch,host=h}=3", "m{a=batch,b=batch,host=h}=4"));
}

TEST_F(JsonTags, of_sample_batch_and_host_are_twenty_together) {
  const auto body = [](int own, int defaults) {
    const auto tags = [](const std::string& prefix, int count) {
      std::string out = R"("tags":{"x":"")";
      for (int i = 0; i < count; ++i) out += ",\"" + prefix + std::to_string(i) + R"(":"v")";
      return out + "}";
    };
    return R"({"host_id":"h",)" + tags("d", defaults) + R"(,"metrics":[{"name":"a","value":1,)" + tags("o", own) +
           "}]}";
  };
  EXPECT_EQ(reason(body(10, 9)), "accepted");
  EXPECT_EQ(reason(body(10, 10)), "too_many_tags tags");
  EXPECT_EQ(reason(body(19, 0)), "accepted");
  EXPECT_EQ(reason(body(0, 20)), "too_many_tags tags");
}

}  // namespace
}  // namespace metricstream
