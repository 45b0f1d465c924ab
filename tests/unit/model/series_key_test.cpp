#include "common/model/series_key.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <set>
#include <vector>

namespace metricstream {
namespace {

std::string key_of(std::string_view name, const std::vector<TagView>& tags) {
  std::string out;
  append_series_key(out, name, tags);
  return out;
}

TEST(SeriesKey, escapes_what_line_protocol_separates_by) {
  EXPECT_EQ(key_of("cpu", {}), "cpu");
  EXPECT_EQ(key_of("cpu", {{"host", "a"}, {"os", "linux"}}), "cpu,host=a,os=linux");
  EXPECT_EQ(key_of("a,b c=d", {}), R"(a\,b\ c=d)");
  EXPECT_EQ(key_of("m", {{"a b", "c,d"}, {"e=f", "g=h"}}), R"(m,a\ b=c\,d,e\=f=g\=h)");
}

TEST(SeriesKey, is_appended) {
  std::string out = "x ";
  append_series_key(out, "cpu", {});
  EXPECT_EQ(out, "x cpu");
}

// Over a small alphabet of the bytes that matter, two series have one key only where they are one series. Backslashes
// stand inside tags only where validation leaves them: not at an end, and never in a name.
TEST(SeriesKey, different_series_have_different_keys) {
  std::mt19937_64 random(3);
  const auto text = [&](std::string_view alphabet, std::size_t min) {
    std::string out;
    for (std::size_t n = min + random() % 3; n > 0; --n) out += alphabet[random() % alphabet.size()];
    while (out.ends_with('\\')) out.back() = 'a';
    return out;
  };
  using Series = std::pair<std::string, std::map<std::string, std::string>>;
  std::map<std::string, Series> seen;
  for (int i = 0; i < 200'000; ++i) {
    Series series{text("a,= ", 1), {}};
    for (std::size_t n = random() % 3; n > 0; --n) series.second[text("a,= \\", 1)] = text("a,= \\", 1);
    const std::vector<TagView> tags(series.second.begin(), series.second.end());
    const auto [at, is_new] = seen.emplace(key_of(series.first, tags), series);
    ASSERT_EQ(at->second, series) << at->first;
  }
  EXPECT_GT(seen.size(), 10'000U);
}

}  // namespace
}  // namespace metricstream
