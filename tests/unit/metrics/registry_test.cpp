#include "common/metrics/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace metricstream::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<double> kBounds{0.5, 2};

TEST(Registry, TheSameNameAndLabelsAreTheSameInstrument) {
  Registry registry;
  Counter& first = registry.counter("x_total", "X.", {{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(&registry.counter("x_total", "X.", {{"b", "2"}, {"a", "1"}}), &first);
  EXPECT_NE(&registry.counter("x_total", "X.", {{"a", "1"}}), &first);
}

TEST(Registry, WritesPrometheusText) {
  Registry registry;
  registry.counter("x_requests_total", "Requests.", {{"code", "200"}}).add(3);
  registry.gauge("x_depth", "Depth.").set(1.5);
  registry.histogram("x_seconds", "Time.", kBounds).observe(1);
  const std::string text = registry.expose(Format::text);
  EXPECT_THAT(text, HasSubstr("# HELP x_requests_total Requests.\n# TYPE x_requests_total counter\n"
                              "x_requests_total{code=\"200\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE x_depth gauge\nx_depth 1.5\n"));
  EXPECT_THAT(text, HasSubstr("x_seconds_bucket{le=\"0.5\"} 0\nx_seconds_bucket{le=\"2\"} 1\n"
                              "x_seconds_bucket{le=\"+Inf\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("metricstream_build_info{"));
  EXPECT_THAT(text, HasSubstr("\nprocess_cpu_seconds_total "));
}

TEST(Registry, ShowsWhatNamesClientsToOperatorsOnly) {
  Registry registry;
  const auto of = [](const char* client) {
    return [client] { return std::vector<LabelledValue>{{{{"client", client}}, 1}}; };
  };
  const auto kept = registry.collect_gauge("x_usage", "Usage.", of("acme"), Audience::operators);
  const auto shown = registry.collect_gauge("x_rest", "Rest.", of("all"));
  for (const Format format : {Format::text, Format::openmetrics}) {
    const std::string to_everyone = registry.expose(format, Audience::everyone);
    EXPECT_THAT(to_everyone, Not(HasSubstr("x_usage"))) << "not even its name";
    EXPECT_THAT(to_everyone, HasSubstr("x_rest{client=\"all\"} 1"));
    EXPECT_THAT(registry.expose(format, Audience::operators), HasSubstr("x_usage{client=\"acme\"} 1"));
  }
  EXPECT_EQ(registry.expose(Format::text).contains("x_usage"), true);
}

TEST(Registry, WritesOpenMetrics) {
  Registry registry;
  registry.counter("x_requests_total", "All \"requests\"\nof a \\ kind.", {{"path", "a\"b\\c\nd"}}).add(3);
  registry.histogram("x_seconds", "Time.", kBounds, {{"k", "v"}}).observe(1);
  const std::string text = registry.expose(Format::openmetrics);
  EXPECT_THAT(text, HasSubstr("# TYPE x_requests counter\n# HELP x_requests All \\\"requests\\\"\\nof a \\\\ kind.\n"
                              "x_requests_total{path=\"a\\\"b\\\\c\\nd\"} 3.0\n"));
  EXPECT_THAT(text, HasSubstr("x_seconds_bucket{k=\"v\",le=\"0.5\"} 0\nx_seconds_bucket{k=\"v\",le=\"2.0\"} 1\n"
                              "x_seconds_bucket{k=\"v\",le=\"+Inf\"} 1\nx_seconds_count{k=\"v\"} 1\n"
                              "x_seconds_sum{k=\"v\"} 1.0\n"));
  EXPECT_TRUE(text.ends_with("\n# EOF\n"));
}

// The specification's rules that hold for the whole text: every line of its shape, no family twice, samples of a
// family together.
TEST(Registry, OpenMetricsLinesHaveTheSpecifiedShape) {
  Registry registry;
  registry.counter("b_total", "B.", {{"k", "1"}}).add();
  registry.counter("b_total", "B.", {{"k", "2"}}).add();
  registry.gauge("a_bytes", "A.").set(-1e300);
  registry.histogram("c_seconds", "C.", duration_bounds()).observe(3);
  const std::regex sample(R"(([a-z_][a-z0-9_]*)(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (-?[0-9.e+-]+|NaN|[+-]Inf))");
  std::set<std::string> families;
  std::string family;
  std::istringstream in(registry.expose(Format::openmetrics));
  bool ended = false;
  for (std::string line; std::getline(in, line);) {
    ASSERT_FALSE(ended) << line;
    ended = line == "# EOF";
    if (line.starts_with("# TYPE ")) {
      family = line.substr(7, line.rfind(' ') - 7);
      EXPECT_TRUE(families.insert(family).second) << line;
    } else if (!line.starts_with("#")) {
      EXPECT_TRUE(std::regex_match(line, sample)) << line;
      EXPECT_TRUE(line.starts_with(family)) << line << " in " << family;
    }
  }
  EXPECT_TRUE(ended);
}

TEST(Registry, CollectsValuesWhenAsked) {
  Registry registry;
  int lag = 1;
  const Registration registration = registry.collect_gauge("x_lag", "Lag.", [&lag] {
    return std::vector<LabelledValue>{{{{"partition", "0"}}, static_cast<double>(lag)}, {{{"partition", "1"}}, 7}};
  });
  EXPECT_THAT(registry.expose(Format::text), HasSubstr("x_lag{partition=\"0\"} 1\nx_lag{partition=\"1\"} 7\n"));
  lag = 2;
  EXPECT_THAT(registry.expose(Format::text), HasSubstr("x_lag{partition=\"0\"} 2\n"));
}

TEST(Registry, AnEndedRegistrationIsNeverCalled) {
  Registry registry;
  std::optional<Registration> registration =
      registry.collect_counter("x_total", "X.", [] { return std::vector<LabelledValue>{{{}, 1}}; });
  EXPECT_THAT(registry.expose(Format::text), HasSubstr("x_total 1"));
  registration.reset();
  EXPECT_THAT(registry.expose(Format::text), Not(HasSubstr("x_total")));
}

TEST(Registry, ARegistrationMayOutliveIt) {
  auto registry = std::make_unique<Registry>();
  Registration registration = registry->collect_gauge("x", "X.", [] { return std::vector<LabelledValue>{}; });
  registry.reset();
  registration = {};
}

TEST(Registry, RefusesNamesAgainstTheRules) {
  Registry registry;
  EXPECT_THROW(registry.counter("x", ""), std::invalid_argument);
  EXPECT_THROW(registry.gauge("x_total", ""), std::invalid_argument);
  EXPECT_THROW(registry.gauge("X", ""), std::invalid_argument);
  EXPECT_THROW(registry.gauge("1x", ""), std::invalid_argument);
  EXPECT_THROW(registry.gauge("a-b", ""), std::invalid_argument);
  EXPECT_THROW(registry.gauge("", ""), std::invalid_argument);
  EXPECT_THROW(registry.gauge("x_bucket", ""), std::invalid_argument);
  EXPECT_THROW(registry.gauge("x", "", {{"le", "1"}}), std::invalid_argument);
  EXPECT_THROW(registry.gauge("x", "", {{"a", "1"}, {"a", "2"}}), std::invalid_argument);
  registry.gauge("y", "");
  EXPECT_THROW(registry.histogram("y", "", kBounds), std::invalid_argument);
}

TEST(Registry, ManyThreadsMayMakeUpdateAndReadAtOnce) {
  Registry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&registry, t] {
      for (int i = 0; i < 200; ++i) {
        registry.counter("x_total", "X.", {{"k", std::to_string(i % 7)}}).add();
        const Registration mine = registry.collect_gauge(
            "x_mine", "X.", [t] { return std::vector<LabelledValue>{{{{"t", std::to_string(t)}}, 1}}; });
        if (i % 50 == 0) EXPECT_FALSE(registry.expose(Format::text).empty());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::uint64_t total = 0;
  for (int k = 0; k < 7; ++k) total += registry.counter("x_total", "X.", {{"k", std::to_string(k)}}).value();
  EXPECT_EQ(total, 800U);
}

}  // namespace
}  // namespace metricstream::metrics
