#include "services/admin/sample_body.hpp"

#include <gtest/gtest.h>

#include "common/codec/json_batch.hpp"

namespace metricstream::admin {
namespace {

NamedSample sample(std::string value, std::vector<std::string> tags = {}) {
  return {.name = "cpu.usage.percent", .value = std::move(value), .tags = std::move(tags), .timestamp = {}};
}

TEST(SampleBody, IsABatchOfOneWithTheDigitsAsTyped) {
  EXPECT_EQ(sample_body(sample("75.30", {"host=web-01", "path=a=b"})),
            R"({"metrics":[{"name":"cpu.usage.percent","value":75.30,"type":"gauge",)"
            R"("tags":{"host":"web-01","path":"a=b"}}]})");
}

TEST(SampleBody, TimestampsAreNumbersOrTexts) {
  auto timed = sample("1");
  timed.timestamp = "1705363200";
  EXPECT_NE(sample_body(timed)->find(R"("timestamp":1705363200)"), std::string::npos);
  timed.timestamp = "2026-11-21T10:00:00Z";
  EXPECT_NE(sample_body(timed)->find(R"("timestamp":"2026-11-21T10:00:00Z")"), std::string::npos);
}

TEST(SampleBody, WhatIsNoNumberOrNoTagIsToldAndNotSent) {
  for (const char* value : {"", "abc", "NaN", "inf", "0x10", "1,5", "+1", "01", ".5", "5.", "1e", "1e+", "1 ", "1}"}) {
    const auto body = sample_body(sample(value));
    ASSERT_FALSE(body) << value;
    EXPECT_NE(body.error().message.find("expected a number"), std::string::npos);
  }
  for (const char* tag : {"", "host", "=web"}) {
    const auto body = sample_body(sample("1", {tag}));
    ASSERT_FALSE(body) << tag;
    EXPECT_NE(body.error().message.find("expected KEY=VALUE"), std::string::npos);
  }
  for (const char* good : {"0", "-0", "75.5", "1e9", "-1.5E-7", "12345678901234567890"}) {
    EXPECT_TRUE(is_json_number(good)) << good;
  }
}

TEST(SampleBody, WhateverTheTextTheServerReadsItBack) {
  NamedSample odd = sample("1", {"quote=\"}\\x", "utf8=Zürich"});
  const auto body = sample_body(odd);
  ASSERT_TRUE(body);
  JsonBatchDecoder decoder;
  Batch batch;
  const auto decoded = decoder.decode(*body, kHour, {}, batch);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->accepted, 1U);
  ASSERT_EQ(batch.tags.size(), 2U);
  EXPECT_EQ(batch.text(batch.tags[0].value), "\"}\\x");
  EXPECT_EQ(batch.text(batch.tags[1].value), "Zürich");
}

}  // namespace
}  // namespace metricstream::admin
