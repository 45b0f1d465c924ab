#include "common/codec/line_protocol.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <map>
#include <random>

namespace metricstream {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::string point(std::string_view series, std::initializer_list<LineField> fields, TimeNs time) {
  std::string out;
  append_point(out, series, fields, time);
  return out;
}

TEST(LineProtocol, writes_floats_without_and_integers_with_a_suffix) {
  EXPECT_EQ(point("cpu,host=a", {{"value", 1.5}}, 7), "cpu,host=a value=1.5 7\n");
  EXPECT_EQ(point("cpu", {{"sum", 3.0}, {"count", std::int64_t{3}}}, -1), "cpu sum=3,count=3i -1\n");
  EXPECT_EQ(point("cpu", {{"min", -0.0}, {"max", 1e300}}, INT64_MAX), "cpu min=-0,max=1e+300 9223372036854775807\n");
  EXPECT_EQ(point("cpu", {{"count", INT64_MIN}}, 0), "cpu count=-9223372036854775808i 0\n");
}

TEST(LineProtocol, escapes_field_keys_and_appends) {
  std::string out = "before\n";
  append_point(out, "m", std::vector<LineField>{{"a b,c=d", 1.0}}, 1);
  EXPECT_EQ(out, "before\nm a\\ b\\,c\\=d=1 1\n");
}

TEST(LineProtocol, a_float_is_the_shortest_text_that_reads_back_exactly) {
  std::mt19937_64 random(9);
  for (int i = 0; i < 100'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    std::string text;
    append_float(text, value);
    double back = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), back);
    ASSERT_TRUE(error == std::errc() && end == text.data() + text.size()) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value)) << text;
    ASSERT_LE(text.size(), 24U);
    ASSERT_NE(text.back(), 'i');
  }
}

TEST(PointTags, a_samples_own_tag_wins_over_an_attribute_and_the_client_over_both) {
  const std::vector<TagView> own{{"dc", "mine"}, {"host", "a"}};
  const std::vector<Attribute> attributes{{"env", "prod"}, {"dc", "theirs"}, {"client_id", "x"}, {"empty", ""}};
  std::vector<TagView> out{{"left", "over"}};
  merge_point_tags(own, "me", attributes, out);
  EXPECT_THAT(out, ElementsAre(Pair("client_id", "me"), Pair("dc", "mine"), Pair("env", "prod"), Pair("host", "a")));
  merge_point_tags({}, "me", {}, out);
  EXPECT_THAT(out, ElementsAre(Pair("client_id", "me")));
}

TEST(PointTags, agree_with_a_map) {
  std::mt19937_64 random(11);
  const std::vector<std::string> keys{"a", "b", "c", "client_ic", "client_ie", "d", "z"};
  const std::vector<std::string> values{"", "1", "2"};
  for (int round = 0; round < 20'000; ++round) {
    std::map<std::string_view, std::string_view> own;
    std::map<std::string_view, std::string_view> attributes;
    for (std::size_t i = random() % 6; i > 0; --i) own[keys[random() % keys.size()]] = values[1 + random() % 2];
    for (std::size_t i = random() % 6; i > 0; --i) attributes[keys[random() % keys.size()]] = values[random() % 3];
    std::map<std::string_view, std::string_view> expected = own;
    expected["client_id"] = "me";
    for (const auto& [key, value] : attributes) {
      if (!value.empty()) expected.emplace(key, value);
    }
    const std::vector<TagView> own_sorted(own.begin(), own.end());
    std::vector<Attribute> shuffled(attributes.begin(), attributes.end());
    std::ranges::shuffle(shuffled, random);
    std::vector<TagView> out;
    merge_point_tags(own_sorted, "me", shuffled, out);
    ASSERT_EQ(out, std::vector<TagView>(expected.begin(), expected.end()));
  }
}

}  // namespace
}  // namespace metricstream
