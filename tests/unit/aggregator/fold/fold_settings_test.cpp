#include "services/aggregator/fold/fold_settings.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace metricstream::fold {
namespace {

using Change = std::function<void(FoldSettings&)>;

FoldSettings changed(const Change& change) {
  FoldSettings out;
  change(out);
  return out;
}

void expect_accepted(const Change& change) {
  for (const SettingFault& fault : faults_of(changed(change))) ADD_FAILURE() << fault.path << ": " << fault.message;
}

// The one fault says where and what was wrong.
void expect_refused(const Change& change, const std::string& because) {
  const auto faults = faults_of(changed(change));
  ASSERT_EQ(faults.size(), 1U) << because;
  const std::string said = faults[0].path + ": " + faults[0].message;
  EXPECT_NE(said.find(because), std::string::npos) << said;
}

Change windows(std::vector<WindowSize> sizes) {
  return [sizes](FoldSettings& s) { s.windows = sizes; };
}

Change rule(const std::function<void(Rule&)>& change) {
  return [change](FoldSettings& s) {
    Rule out;
    change(out);
    s.rules = RuleSet({out});
  };
}

TEST(FoldSettings, TheDefaultsAreTheContractsAndAreAccepted) {
  const FoldSettings settings;
  EXPECT_TRUE(faults_of(settings).empty());
  EXPECT_EQ(settings.block(), kMinute);
  EXPECT_EQ(settings.windows[0].grace, 10 * kSecond);
  EXPECT_EQ(settings.horizon(), 77 * kMinute);
  EXPECT_EQ(settings.partitions, 12);
}

TEST(FoldSettings, SizesGoFromOneSecondToTenMinutes) {
  expect_accepted(windows({{kSecond, 0}}));
  expect_refused(windows({{kSecond - 1, 0}}), "windows[0].size: 999ms999us999ns is outside 1s to 10m");
  expect_accepted(windows({{10 * kMinute, 0}}));
  expect_refused(windows({{10 * kMinute + 1, 0}}), "outside 1s to 10m");
  expect_refused(windows({}), "windows: expected at least one");
}

TEST(FoldSettings, SizesDivideTheLargestAndAreThereOnce) {
  expect_accepted(windows({{10 * kSecond, 0}, {15 * kSecond, 0}, {kMinute, 0}}));
  expect_refused(windows({{25 * kSecond, 0}, {kMinute, 0}}),
                 "windows[0].size: 25s does not divide the largest size, 1m");
  expect_refused(windows({{kMinute, 0}, {10 * kSecond, 0}, {kMinute, 1}}), "windows[2].size: 1m is there twice");
}

TEST(FoldSettings, GraceGoesFromNothingToTheHorizon) {
  expect_accepted(windows({{kMinute, 0}}));
  expect_refused(windows({{kMinute, -1}}), "windows[0].grace: must not be negative");
  expect_accepted(windows({{kMinute, 77 * kMinute}}));
  expect_refused(windows({{kMinute, 77 * kMinute + 1}}), "windows[0].grace: 1h17m1ns is longer than the horizon");
}

TEST(FoldSettings, TimesAreNeitherNegativeNorEndless) {
  TimeNs FoldSettings::* const times[] = {
      &FoldSettings::max_age,           &FoldSettings::max_future,    &FoldSettings::delivery_slack,
      &FoldSettings::max_clock_error,   &FoldSettings::repeat_window, &FoldSettings::predecessor_window,
      &FoldSettings::revision_interval,
  };
  for (const auto time : times) {
    expect_refused([time](FoldSettings& s) { s.*time = -1; }, ": at least ");
    expect_accepted([time](FoldSettings& s) { s.*time = 30 * 24 * kHour; });
    expect_refused([time](FoldSettings& s) { s.*time = 30 * 24 * kHour + 1; }, "at most 30d");
  }
  for (const auto time : {&FoldSettings::max_future, &FoldSettings::repeat_window, &FoldSettings::predecessor_window}) {
    expect_accepted([time](FoldSettings& s) { s.*time = 0; });
  }
  for (const auto time : {&FoldSettings::max_age, &FoldSettings::revision_interval}) {
    expect_accepted([time](FoldSettings& s) { s.*time = kSecond; });
    expect_refused([time](FoldSettings& s) { s.*time = kSecond - 1; }, "at least 1s");
  }
  expect_accepted([](FoldSettings& s) { s.partitions = 1; });
  expect_refused([](FoldSettings& s) { s.partitions = 0; }, "partitions");
}

TEST(FoldSettings, RulesNameConfiguredSizesNoFieldTwiceAndNeverClientId) {
  expect_accepted(rule([](Rule& r) { r.sizes = {kMinute}; }));
  expect_refused(rule([](Rule& r) { r.sizes = {kMinute, kSecond}; }),
                 "rules[0].sizes[1]: 1s is none of the configured windows");
  expect_accepted(rule([](Rule& r) { r.tags = {"host"}; }));
  expect_refused(rule([](Rule& r) { r.tags = {"host", "client_id"}; }), "rules[0].without[1]: client_id cannot");
  expect_accepted(rule([](Rule& r) { r.fields = {*parse_field("sum"), *parse_field("p50")}; }));
  expect_refused(rule([](Rule& r) { r.fields = {*parse_field("p50"), *parse_field("sum"), *parse_field("p50")}; }),
                 "rules[0].fields[2]: p50 is there twice");
}

TEST(FoldSettings, AllFaultsAreTold) {
  const auto faults = faults_of(changed([](FoldSettings& s) {
    s.windows = {{kMinute, -1}, {7 * kSecond, 0}, {25 * kSecond, 0}};
    s.repeat_window = -1;
    Rule rule;
    rule.sizes = {kSecond};
    s.rules = RuleSet({Rule{}, rule});
  }));
  std::vector<std::string> paths;
  for (const SettingFault& fault : faults) paths.push_back(fault.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"state.repeat_window", "windows[0].grace", "windows[1].size",
                                             "windows[2].size", "rules[1].sizes[0]"}));
}

TEST(FoldSettings, AnyChangeChangesTheHash) {
  const std::vector<Change> changes = {
      [](FoldSettings&) {},
      windows({{10 * kSecond, 10 * kSecond}}),
      windows({{kMinute, 11 * kSecond}}),
      windows({{kMinute, 10 * kSecond}, {10 * kSecond, 10 * kSecond}}),
      [](FoldSettings& s) { s.layout = Layout::single; },
      [](FoldSettings& s) { s.partitions = 13; },
      [](FoldSettings& s) { ++s.max_age; },
      [](FoldSettings& s) { ++s.max_future; },
      [](FoldSettings& s) { ++s.delivery_slack; },
      [](FoldSettings& s) { ++s.max_clock_error; },
      [](FoldSettings& s) { ++s.revision_interval; },
      [](FoldSettings& s) { ++s.repeat_window; },
      [](FoldSettings& s) { ++s.predecessor_window; },
      rule([](Rule&) {}),
      [](FoldSettings& s) { s.rules = RuleSet({Rule{}, Rule{}}); },
      rule([](Rule& r) { r.name_glob = "a"; }),
      rule([](Rule& r) { r.tag_globs = {{"a", "b"}}; }),
      rule([](Rule& r) { r.tag_globs = {{"ab", ""}}; }),
      rule([](Rule& r) { r.tag_globs = {{"", "ab"}}; }),
      rule([](Rule& r) { r.sizes = {kMinute}; }),
      rule([](Rule& r) { r.fields = {*parse_field("sum")}; }),
      rule([](Rule& r) { r.fields = {*parse_field("sum"), *parse_field("min")}; }),
      rule([](Rule& r) { r.fields = {*parse_field("min"), *parse_field("sum")}; }),
      rule([](Rule& r) { r.grouping = Grouping::by; }),
      rule([](Rule& r) { r.grouping = Grouping::without; }),
      rule([](Rule& r) { r.tags = {"ab", "c"}; }),
      rule([](Rule& r) { r.tags = {"a", "bc"}; }),
      rule([](Rule& r) { r.tags = {"abc"}; }),
      rule([](Rule& r) { r.raw = false; }),
      rule([](Rule& r) { r.drop = true; }),
  };
  std::set<std::string> hashes;
  for (const Change& change : changes) {
    const std::string hash = changed(change).hash();
    EXPECT_EQ(hash, changed(change).hash());
    EXPECT_EQ(hash.size(), 16U);
    hashes.insert(hash);
  }
  EXPECT_EQ(hashes.size(), changes.size());
}

}  // namespace
}  // namespace metricstream::fold
