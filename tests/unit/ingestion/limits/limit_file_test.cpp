#include "services/ingestion/limits/limit_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "common/config/reference.hpp"
#include "services/ingestion/limits/limit_set.hpp"
#include "services/ingestion/limits/settings.hpp"

namespace metricstream::limits {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string shipped_file() {
  std::ifstream file(METRICSTREAM_SOURCE_DIR "/config/limits.yaml");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string problems_of(std::string_view yaml) {
  return config::text_of(load_limit_file(yaml, "limits.yaml").problems);
}

LimitSet set_from(std::string_view yaml) { return {ClientLimits{}, load_limit_file(yaml, "limits.yaml").settings}; }

TEST(LimitFile, TheShippedOneLoadsAndChangesNothing) {
  const std::string text = shipped_file();
  ASSERT_FALSE(text.empty());
  const auto loaded = load_limit_file(text, "limits.yaml");
  EXPECT_EQ(config::text_of(loaded.problems), "");
  EXPECT_EQ(config::text_of(loaded.warnings), "");
  const LimitSet set(ClientLimits{}, loaded.settings);
  EXPECT_EQ(set.defaults(), ClientLimits{});
  EXPECT_EQ(set.listed().size(), 0U);
}

TEST(LimitFile, TheShippedOneNamesEverySetting) {
  EXPECT_THAT(config::missing_keys<LimitFile>(shipped_file()), IsEmpty());
}

TEST(LimitFile, TheExampleInTheShippedOneLoadsToo) {
  const std::string text = shipped_file();
  std::string example;
  for (std::size_t at = text.find("# clients:"); at < text.size();) {
    const std::size_t end = text.find('\n', at);
    example += text.substr(at + 2, end - at - 1);
    at = end + 1;
  }
  ASSERT_EQ(problems_of(example), "") << example;
  const LimitSet set = set_from(example);
  EXPECT_EQ(set.of("gateway-fra").limits.requests_per_second, Quota(1000));
  EXPECT_TRUE(set.of("gateway-fra").limits.host_samples_per_minute.is_unlimited());
  EXPECT_EQ(set.of("trial-7").limits.samples_per_minute, Quota(60'000));
}

TEST(LimitFile, WhatIsAbsentStaysAsOneLevelUp) {
  const LimitSet set = set_from(
      "defaults: {requests_per_second: 7}\nclients:\n  a: {samples_per_minute: 5}\n  b:\n    host_samples_per_minute: "
      "3\n"
      "  c: {}\n");
  EXPECT_EQ(set.of("a").limits, (ClientLimits{Quota(7), Quota(5), Quota(10'000)}));
  EXPECT_EQ(set.of("b").limits, (ClientLimits{Quota(7), Quota(1'000'000), Quota(3)}));
  EXPECT_EQ(set.of("c").limits, (ClientLimits{Quota(7), Quota(1'000'000), Quota(10'000)}));
  EXPECT_EQ(set.of("d").limits, set.defaults());
  EXPECT_TRUE(set.of("c").is_listed);
  EXPECT_FALSE(set.of("d").is_listed);
}

TEST(LimitFile, AnyClientIdMayBeAKey) {
  EXPECT_EQ(set_from("clients: {'a.b[c]:{}': {requests_per_second: 1}}\n").of("a.b[c]:{}").limits.requests_per_second,
            Quota(1));
}

// What is left of a file that was cut short, or moved away, must not pass for one that drops every override.
TEST(LimitFile, NeedsItsClientsWhichMayBeNone) {
  for (const char* text : {"", "\n", "# nothing\n", "---\n", "clients:\n", "clients: ~\n", "{}",
                           "defaults: {requests_per_second: 7}\n", "clients:\n# a: {requests_per_second: 1}\n"}) {
    EXPECT_THAT(problems_of(text), HasSubstr("clients: missing, expected clients with their limits; 'clients: {}'"))
        << text;
  }
  EXPECT_EQ(problems_of("clients: {}"), "");
  EXPECT_EQ(problems_of("defaults: {requests_per_second: 7}\nclients: {}\n"), "");
}

TEST(LimitFile, ReportsEverythingThatIsWrongAtOnce) {
  EXPECT_EQ(
      problems_of("defaults:\n  requests_per_second: 0\n  sample_per_minute: 5\nclients:\n  a:\n"
                  "    samples_per_minute: 1000000001\n    host_samples_per_minute: unlimitd\n  a: {}\n"
                  "  b: 5\nclient: {}\n"),
      "limits.yaml:2:24: defaults.requests_per_second: '0': expected an integer from 1 to 1000000000, or unlimited\n"
      "limits.yaml:3:3: defaults.sample_per_minute: unknown setting; did you mean 'samples_per_minute'?\n"
      "limits.yaml:6:25: clients.a.samples_per_minute: '1000000001': expected an integer from 1 to 1000000000, or "
      "unlimited\n"
      "limits.yaml:7:30: clients.a.host_samples_per_minute: 'unlimitd': expected an integer from 1 to 1000000000, "
      "or unlimited; did you mean 'unlimited'?\n"
      "limits.yaml:8:3: clients.a: given twice, first at line 5\n"
      "limits.yaml:9:6: clients.b: expected a section with settings, got one value\n"
      "limits.yaml:10:1: client: unknown setting; did you mean 'clients'?\n");
}

TEST(LimitFile, RefusesIdsThatNoClientHas) {
  for (const char* id : {"'a b'", "'a\\b'", "\"a\\tb\"", "\"\\u00e9\""}) {
    EXPECT_THAT(problems_of("clients:\n  " + std::string(id) + ": {}\n"), HasSubstr("limits.yaml:2:3: clients.")) << id;
  }
  EXPECT_THAT(problems_of("clients: {'': {}}\n"), HasSubstr("no client has such an id"));
  EXPECT_THAT(problems_of("clients:\n  " + std::string(129, 'x') + ": {}\n"), HasSubstr("no client has such an id"));
  EXPECT_EQ(problems_of("clients:\n  " + std::string(128, 'x') + ": {}\n"), "");
}

TEST(LimitFile, TakesNothingFromTheEnvironment) {
  EXPECT_NE(problems_of("defaults: {requests_per_second: '${HOME:-5}'}\n"), "");
}

TEST(LimitFile, ThousandsOfClientsAreReadQuickly) {
  std::string text = "clients:\n";
  for (int i = 0; i < 20'000; ++i) text += "  c" + std::to_string(i) + ": {requests_per_second: 5}\n";
  EXPECT_EQ(set_from(text).listed().size(), 20'000U);
}

TEST(LimitSet, ListsOnlyWhatTheFileSaysOfSingleClients) {
  const LimitSet set = set_from(
      "defaults: {requests_per_second: 7}\nclients:\n  b: {samples_per_minute: unlimited}\n"
      "  a: {host_samples_per_minute: 3, requests_per_second: 4}\n  c: {}\n");
  ASSERT_EQ(set.overrides().size(), 3U);
  EXPECT_EQ(set.overrides()[0].client, "a");
  EXPECT_EQ(set.overrides()[0].limit_name, "requests_per_second");
  EXPECT_EQ(set.overrides()[0].value, 4);
  EXPECT_EQ(set.overrides()[1].limit_name, "host_samples_per_minute");
  EXPECT_EQ(set.overrides()[2].client, "b");
  EXPECT_TRUE(std::isinf(set.overrides()[2].value));
  EXPECT_THAT(LimitSet(ClientLimits{}).overrides(), IsEmpty());
}

struct Both {
  RateLimitSettings rate_limits;
  AdmissionSettings admission;
};
void describe(config::Schema& schema, Both& both) {
  schema.section("rate_limits", both.rate_limits, "Rates.");
  schema.section("admission", both.admission, "Admission.");
}

TEST(LimitSettings, TheirDefaultsAreTheContract) {
  const Both both;
  EXPECT_EQ(both.rate_limits.client, (ClientLimits{Quota(100), Quota(1'000'000), Quota(10'000)}));
  EXPECT_EQ(both.admission.limits().in_flight_bytes, 256U * 1024 * 1024);
  EXPECT_EQ(both.admission.limits().queue_percent, 80U);
  EXPECT_EQ(both.rate_limits.table_sizes(false).clients, 65'536U);
  EXPECT_EQ(both.rate_limits.table_sizes(true).clients, std::nullopt) << "bounded by the key file";
  EXPECT_EQ(both.rate_limits.table_sizes(true).remotes, 65'536U);
  EXPECT_EQ(config::load<Both>(config::default_yaml<Both>(), "f.yaml").problems.size(), 0U);
}

TEST(LimitSettings, AreCheckedAtBothEnds) {
  const auto good = [](std::string_view text) { return config::load<Both>(text, "f.yaml").ok(); };
  EXPECT_TRUE(good("rate_limits: {requests_per_second: 1, retry_jitter: 0, clients: 64, hosts: 16777216}\n"));
  EXPECT_TRUE(good("rate_limits: {requests_per_second: 1000000000, retry_jitter: 100}\n"));
  EXPECT_TRUE(good("rate_limits: {samples_per_minute: unlimited}\n"));
  EXPECT_FALSE(good("rate_limits: {requests_per_second: 1000000001}\n"));
  EXPECT_FALSE(good("rate_limits: {samples_per_minute: 0}\n"));
  EXPECT_FALSE(good("rate_limits: {retry_jitter: 101}\n"));
  EXPECT_FALSE(good("rate_limits: {clients: 63}\n"));
  EXPECT_FALSE(good("rate_limits: {hosts: 16777217}\n"));
  EXPECT_TRUE(good("admission: {in_flight_size: 1MiB, queue_fill: 100}\n"));
  EXPECT_FALSE(good("admission: {in_flight_size: 1023KiB}\n"));
  EXPECT_FALSE(good("admission: {queue_fill: 0}\n"));
  EXPECT_FALSE(good("admission: {queue_fill: 101}\n"));
}

}  // namespace
}  // namespace metricstream::limits
