#include "services/aggregator/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "common/config/load.hpp"
#include "common/config/reference.hpp"

namespace metricstream::aggregator {
namespace {

using namespace std::chrono_literals;

std::string problems_of(const std::string& yaml) {
  std::string out;
  for (const auto& problem : config::load<AggregatorSettings>(yaml, "a.yaml").problems) out += problem.text() + "\n";
  return out;
}

TEST(AggregatorSettings, ShippedFileHasNoProblemsAndGivesTheDefaults) {
  std::ifstream file(METRICSTREAM_SOURCE_DIR "/config/aggregator.yaml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(text.empty());
  const auto loaded = config::load<AggregatorSettings>(text, "aggregator.yaml");
  EXPECT_EQ(problems_of(text), "");
  EXPECT_THAT(config::missing_keys<AggregatorSettings>(text), testing::IsEmpty());
  const auto fold = fold_settings(loaded.settings);
  ASSERT_TRUE(fold);
  EXPECT_EQ(fold->hash(), fold_settings(AggregatorSettings{})->hash());
}

TEST(AggregatorSettings, WindowsAndRulesReachTheFold) {
  const auto loaded = config::load<AggregatorSettings>(R"(
windows:
  - {size: 10s, grace: 2s}
  - {size: 1m}
rules:
  - {match: "cpu.*", tags: {host: "web-*"}, by: [datacenter], sizes: [1m], fields: [avg, p999]}
  - {match: "debug.*", drop: true}
)",
                                                       "a.yaml");
  ASSERT_TRUE(loaded.ok());
  const auto fold = fold_settings(loaded.settings);
  ASSERT_TRUE(fold) << fold.error().message;
  EXPECT_EQ(fold->block(), kMinute);
  EXPECT_EQ(fold->windows[0].grace, 2 * kSecond);
  const fold::Rule& cpu = fold->rules.at(0);
  EXPECT_EQ(cpu.grouping, fold::Grouping::by);
  ASSERT_EQ(cpu.fields.size(), 2U);
  EXPECT_EQ(cpu.fields[1].millionths, 999000U);
  EXPECT_TRUE(fold->rules.at(1).drop);
  EXPECT_EQ(fold->rules.size(), 3U) << "the default rule is the last one";
}

TEST(AggregatorSettings, SayWhatIsWrongWithWindowsRulesAndSinks) {
  EXPECT_EQ(problems_of("windows: [{size: 1m}, {size: 7s}]"),
            "a.yaml:1:30: windows[1].size: 7s does not divide the largest size, 1m\n");
  EXPECT_NE(problems_of("rules: [{match: x, by: [client_id]}]").find("client_id cannot be named"), std::string::npos);
  EXPECT_NE(problems_of("rules: [{match: x, by: [a], without: [b]}]").find("exclude each other"), std::string::npos);
  EXPECT_NE(problems_of("rules: [{match: x, fields: [mean]}]").find("'mean' is no field"), std::string::npos);
  EXPECT_NE(problems_of("rules: [{match: x, sizes: [10s]}]").find("is none of the configured windows"),
            std::string::npos);
  EXPECT_EQ(problems_of("windows: []"), "a.yaml:1:1: windows: expected at least one, such as {size: 1m, grace: 10s}\n");
  EXPECT_NE(problems_of("sinks: []").find("exactly one sink"), std::string::npos);
}

TEST(AggregatorSettings, SayAllThatIsWrongEachWhereItIs) {
  const std::string problems = problems_of(R"(windows:
  - {size: 1m, grase: 3s}
  - {size: 7s}
rules:
  - match: a
    sizes: [5s]
    fields: [count, mean, count]
    by: [host, client_id]
  - {match: b, by: [x], without: [y]}
admin: {listen: nonsense}
)");
  for (const std::string place : {"2:16: windows[0].grase: ", "3:12: windows[1].size: ", "6:13: rules[0].sizes[0]: ",
                                  "7:21: rules[0].fields[1]: ", "7:27: rules[0].fields[2]: ", "8:16: rules[0].by[1]: ",
                                  "9:25: rules[1].without: ", "10:17: admin.listen: "}) {
    EXPECT_THAT(problems, testing::HasSubstr("a.yaml:" + place));
  }
  EXPECT_EQ(std::ranges::count(problems, '\n'), 8) << problems;
}

TEST(AggregatorSettings, TakesSizesFromOneSecondToTenMinutesOnly) {
  EXPECT_EQ(problems_of("windows: [{size: 1s}]"), "");
  EXPECT_EQ(problems_of("windows: [{size: 10m}]"), "");
  EXPECT_NE(problems_of("windows: [{size: 0s}]"), "");
  EXPECT_NE(problems_of("windows: [{size: 11m}]"), "");
}

}  // namespace
}  // namespace metricstream::aggregator
