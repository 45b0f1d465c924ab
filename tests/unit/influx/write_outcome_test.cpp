#include "common/influx/write_outcome.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace metricstream::influx {
namespace {

WriteKind kind_of(int status, std::string_view body = "") {
  return classify_answer({.status = status, .body = body}).kind;
}

TEST(WriteOutcome, OnlyA204Acknowledges) {
  for (int status = 100; status < 1000; ++status) {
    EXPECT_EQ(kind_of(status) == WriteKind::acknowledged, status == 204) << status;
  }
}

TEST(WriteOutcome, EveryRowOfTheAnswerTable) {
  struct Row {
    int status;
    WriteKind kind;
  };
  const Row rows[] = {
      {200, WriteKind::ambiguous},     {202, WriteKind::ambiguous},     {206, WriteKind::ambiguous},
      {400, WriteKind::refused_part},  {422, WriteKind::refused_part},  {401, WriteKind::misconfigured},
      {403, WriteKind::misconfigured}, {404, WriteKind::misconfigured}, {408, WriteKind::ambiguous},
      {499, WriteKind::ambiguous},     {413, WriteKind::too_large},     {429, WriteKind::throttled},
      {503, WriteKind::throttled},     {500, WriteKind::ambiguous},     {502, WriteKind::ambiguous},
      {504, WriteKind::ambiguous},     {599, WriteKind::ambiguous},     {100, WriteKind::ambiguous},
  };
  for (const Row& row : rows) EXPECT_EQ(kind_of(row.status), row.kind) << row.status;
}

TEST(WriteOutcome, OnlyTheThreeStatusesThatSpeakOfTheLinesCanLeadToDeadLetters) {
  const std::set<int> about_lines{400, 413, 422};
  for (int status = 100; status < 1000; ++status) {
    const WriteKind kind = kind_of(status);
    EXPECT_EQ(kind == WriteKind::refused_part || kind == WriteKind::too_large, about_lines.contains(status)) << status;
  }
}

TEST(WriteOutcome, AnAddressThatIsNoInfluxDbIsAMisconfigurationAndNotARefusalOfLines) {
  EXPECT_EQ(kind_of(301), WriteKind::misconfigured);
  EXPECT_EQ(kind_of(405), WriteKind::misconfigured);
  EXPECT_EQ(kind_of(415), WriteKind::misconfigured);
  EXPECT_EQ(kind_of(400, "Client sent an HTTP request to an HTTPS server.\n"), WriteKind::misconfigured);
  const WriteAnswer page{.status = 400, .content_type = "text/html; charset=utf-8", .body = "<h1>Bad Request</h1>"};
  EXPECT_EQ(classify_answer(page).kind, WriteKind::misconfigured);
}

TEST(WriteOutcome, AMissingRetentionPolicyIsAMisconfigurationAlthoughInfluxDbCallsItA500) {
  EXPECT_EQ(kind_of(500, R"({"error":"retention policy not found: 1m"})"), WriteKind::misconfigured);
  EXPECT_EQ(kind_of(500, R"({"error":"timeout"})"), WriteKind::ambiguous);
}

TEST(WriteOutcome, RetryAfterIsWholeSecondsBoundedAndNeverADate) {
  const auto retry_after = [](std::string_view text) {
    return classify_answer({.status = 429, .retry_after = text}).retry_after;
  };
  EXPECT_EQ(retry_after("0"), std::chrono::seconds{0});
  EXPECT_EQ(retry_after("17"), std::chrono::seconds{17});
  EXPECT_EQ(retry_after("86400"), kMaxRetryAfter);
  EXPECT_EQ(retry_after("99999999999999999999999"), kMaxRetryAfter);
  for (const auto* text : {"", "-1", "1.5", "5 ", " 5", "Sat, 21 Nov 2026 10:00:00 GMT"}) {
    EXPECT_EQ(retry_after(text), std::nullopt) << text;
  }
}

TEST(WriteOutcome, TheMessageIsInfluxDbsOwnMadeSafeForALogLine) {
  const auto refused = classify_answer({.status = 400, .body = "{\"error\":\"unable to parse 'a\x01'\"}\n"});
  EXPECT_EQ(refused.status, 400);
  EXPECT_TRUE(refused.message.starts_with("HTTP 400: ")) << refused.message;
  EXPECT_NE(refused.message.find("unable to parse"), std::string::npos);
  EXPECT_EQ(refused.message.find('\x01'), std::string::npos);
  EXPECT_EQ(refused.message.find('\n'), std::string::npos);

  const auto header = classify_answer({.status = 401, .error_header = "authorization failed", .body = "{}"});
  EXPECT_EQ(header.message, "HTTP 401: authorization failed");
  EXPECT_LT(classify_answer({.status = 500, .body = std::string(100'000, 'x')}).message.size(), 400U);
  EXPECT_NE(classify_answer({.status = 302, .location = "https://elsewhere/"}).message.find("https://elsewhere/"),
            std::string::npos);
}

TEST(WriteOutcome, EveryFailureWithoutAnAnswerIsAmbiguous) {
  const auto outcome = classify_failure("connect: 127.0.0.1:1: connection refused");
  EXPECT_EQ(outcome.kind, WriteKind::ambiguous);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.message, "connect: 127.0.0.1:1: connection refused");
}

}  // namespace
}  // namespace metricstream::influx
