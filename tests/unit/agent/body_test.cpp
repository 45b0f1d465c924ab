#include "services/agent/delivery/body.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

namespace metricstream::agent {
namespace {

std::string rendered(const Sample& sample) {
  std::string out;
  append_sample_json(out, sample);
  return out;
}

TEST(Body, IsTheDocumentsBatchWithOurTagsOnce) {
  const std::string cpu =
      rendered({"cpu.usage.percent", 75.3, 1'705'363'200 * kSecond, MetricType::gauge, "percent", {{"core", "0"}}});
  const std::string load = rendered({"load.1m", 2, 1'705'363'200 * kSecond, MetricType::gauge, "", {}});
  EXPECT_EQ(batch_body({"web-01", {{"environment", "production"}}}, std::vector{cpu, load}),
            R"({"host_id":"web-01","tags":{"environment":"production"},"metrics":[)"
            R"({"name":"cpu.usage.percent","value":75.3,"timestamp":1705363200000,"type":"gauge","unit":"percent",)"
            R"("tags":{"core":"0"}},)"
            R"({"name":"load.1m","value":2,"timestamp":1705363200000,"type":"gauge"}]})");
}

TEST(Body, AnEmptyBatchWithoutTagsIsStillJson) {
  EXPECT_EQ(batch_body({"h", {}}, {}), R"({"host_id":"h","metrics":[]})");
}

TEST(Body, TimesThatAreNoWholeMillisecondsStayExact) {
  EXPECT_NE(rendered({"a", 1, 1'705'363'200'000'000'001, MetricType::counter, "", {}})
                .find(R"("timestamp":1705363200000000001,"type":"counter")"),
            std::string::npos);
}

TEST(Body, HostileTextStaysInsideItsString) {
  const std::string body = batch_body(
      {"a\"b\\c\n", {}}, std::vector{rendered({"n", 1, 0, MetricType::gauge, "", {{"path", "/x\x01\xff\"}"}}})});
  EXPECT_EQ(body.find('\n'), std::string::npos);
  EXPECT_EQ(body.find('\x01'), std::string::npos);
  EXPECT_EQ(body.find('\xff'), std::string::npos) << "invalid UTF-8 would make the server refuse the whole batch";
  EXPECT_TRUE(body.starts_with(R"({"host_id":"a\"b\\c)")) << body;
}

TEST(Body, EveryFiniteDoubleReadsBackAsItself) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const std::string text = rendered({"v", value, 0, MetricType::gauge, "", {}});
    const auto start = text.find("\"value\":") + 8;
    EXPECT_EQ(std::strtod(text.c_str() + start, nullptr), value) << text;
  }
}

}  // namespace
}  // namespace metricstream::agent
