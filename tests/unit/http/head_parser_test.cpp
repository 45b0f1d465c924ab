#include "common/http/head_parser.hpp"

#include <gtest/gtest.h>

#include <string>

namespace metricstream::http {
namespace {

using namespace std::string_literals;

constexpr HeadLimits kLimits;

// The status of the refusal, 0 when the header is taken. `head` views `header`.
unsigned status_of(const std::string& header, RequestHead& head, const HeadLimits& limits = kLimits) {
  std::size_t searched = 0;
  const auto found = find_head(header, limits, searched);
  if (!found) return found.error().status;
  EXPECT_EQ(*found, header.size());
  const auto parsed = parse_head(header, limits, head);
  if (parsed) return 0;
  EXPECT_TRUE(parsed.error().close);
  return parsed.error().status;
}

unsigned status_of(const std::string& header, const HeadLimits& limits = kLimits) {
  RequestHead head;
  return status_of(header, head, limits);
}

std::string with_fields(const std::string& fields) { return "GET /metrics HTTP/1.1\r\n" + fields + "\r\n"; }

TEST(HeadParser, TakesARequestApart) {
  const std::string text =
      "POST /api/v1/metrics?strict=true HTTP/1.1\r\nHost: example\r\ncontent-type:  application/json \r\n"
      "Content-Length: 12\r\n\r\n";
  RequestHead head;
  ASSERT_EQ(status_of(text, head), 0U);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.path, "/api/v1/metrics");
  EXPECT_EQ(head.query, "strict=true");
  EXPECT_EQ(head.version, 11U);
  EXPECT_EQ(head.find("Content-Type"), "application/json");
  EXPECT_EQ(head.body.content_length, 12U);
}

TEST(HeadParser, FindsTheHeaderHoweverItIsCut) {
  const std::string header = "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n";
  const std::string text = header + "GET /next HTTP/1.1\r\n";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    std::size_t searched = 0;
    std::size_t found = 0;
    for (std::size_t have = 0; found == 0 && have < text.size();) {
      have = std::min(have + step, text.size());
      const auto result = find_head(std::string_view(text).substr(0, have), kLimits, searched);
      ASSERT_TRUE(result.has_value()) << "step " << step << " have " << have;
      found = *result;
    }
    EXPECT_EQ(found, header.size()) << "step " << step;
  }
}

TEST(HeadParser, ServesAHeaderAtTheLimitAndRefusesOneByteMore) {
  const std::string front = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
  const auto of_size = [&](std::size_t size) { return front + std::string(size - front.size() - 4, 'a') + "\r\n\r\n"; };
  EXPECT_EQ(status_of(of_size(kLimits.bytes)), 0U);
  EXPECT_EQ(status_of(of_size(kLimits.bytes + 1)), 431U);
  std::size_t searched = 0;
  const auto endless = find_head(front + std::string(kLimits.bytes, 'a'), kLimits, searched);
  ASSERT_FALSE(endless.has_value()) << "refused although its end has not come";
  EXPECT_EQ(endless.error().status, 431U);
}

std::string detail_of(const std::string& header, const HeadLimits& limits) {
  std::size_t searched = 0;
  const auto found = find_head(header, limits, searched);
  if (!found) return found.error().detail;
  RequestHead head;
  const auto parsed = parse_head(header, limits, head);
  return parsed ? "taken" : parsed.error().detail;
}

TEST(HeadParser, SaysWhichLimitAndByHowMuch) {
  const HeadLimits limits{.bytes = 100, .fields = 3, .target_bytes = 20};
  EXPECT_EQ(detail_of("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(100, 'a') + "\r\n\r\n", limits),
            "request line and fields have more than 100 bytes");
  EXPECT_EQ(detail_of("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\nC: d\r\n\r\n", limits), "taken");
  EXPECT_EQ(detail_of("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\nC: d\r\nE: f\r\nG: h\r\n\r\n", limits),
            "the header has 5 fields, and 3 are the most");
  EXPECT_EQ(detail_of("GET /" + std::string(24, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", limits),
            "the target has 25 bytes, and 20 are the most");
}

TEST(HeadParser, CountsFields) {
  const auto with = [](std::size_t count) {
    std::string fields = "Host: x\r\n";
    for (std::size_t i = 1; i < count; ++i) fields += "F" + std::to_string(i) + ": v\r\n";
    return with_fields(fields);
  };
  EXPECT_EQ(status_of(with(64)), 0U);
  EXPECT_EQ(status_of(with(65)), 431U);
  EXPECT_EQ(status_of(with(5), HeadLimits{.bytes = 8192, .fields = 4, .target_bytes = 1024}), 431U);
}

TEST(HeadParser, LimitsTheTarget) {
  const auto with = [](std::size_t size) {
    return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
  };
  EXPECT_EQ(status_of(with(1024)), 0U);
  EXPECT_EQ(status_of(with(1025)), 414U);
}

TEST(HeadParser, TakesTheAbsoluteFormThatProxiesSend) {
  const std::string text = "GET http://example:8080/metrics?a=b HTTP/1.1\r\nHost: Example:8080\r\n\r\n";
  RequestHead head;
  ASSERT_EQ(status_of(text, head), 0U);
  EXPECT_EQ(head.path, "/metrics");
  EXPECT_EQ(head.query, "a=b");
  EXPECT_EQ(status_of("GET http://example HTTP/1.1\r\nHost: example\r\n\r\n"), 400U);
  EXPECT_EQ(status_of("OPTIONS * HTTP/1.1\r\nHost: example\r\n\r\n"), 400U);
}

// What Beast 1.81 lets through is refused here as well; see docs/http-api.md, framing.
TEST(HeadParser, RefusesWhatServersReadDifferently) {
  const std::vector<std::pair<std::string, unsigned>> cases{
      {with_fields("Host: x\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n"), 400},
      {with_fields("Host: x\r\nTransfer-Encoding: chunked, gzip\r\n"), 501},
      {with_fields("Host: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 5\r\n"), 400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 426},
      {with_fields("Content-Length: 5\r\n"), 400},
      {with_fields("Host: x\r\nHost: x\r\n"), 400},
      {with_fields("Host: x\r\nA: b\r\n c\r\n"), 400},
      {with_fields("Host: x\r\nA: b\r\n\tc\r\n"), 400},
      {with_fields("Host: x\r\nContent-Length: 5, 5\r\n"), 400},
      {with_fields("Host: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n"), 400},
      {with_fields("Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
      {with_fields("Host: x\r\nName : b\r\n"), 400},
      {with_fields("Host: x\r\nA: b\nB: c\r\n"), 400},
      {with_fields("Host: x\r\nA: b\rc\r\n"), 400},
      {with_fields("Host: x\r\nA: b\0c\r\n"s), 400},
      {with_fields("Host: x\r\n: b\r\n"), 400},
      {"GET /\tHTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505},
      {"GET /\r\n\r\n", 400},
      {"\x16\x03\x01\x02\r\n\r\n", 400},
  };
  for (const auto& [text, status] : cases) EXPECT_EQ(status_of(text), status) << text;
}

TEST(HeadParser, RefusesBareLineFeedsBeforeTheHeaderIsComplete) {
  std::size_t searched = 0;
  const auto found = find_head("GET / HTTP/1.1\nHost: x\n\n", kLimits, searched);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().status, 400U);
}

TEST(RequestHead, DecodesQueryParameters) {
  const std::string text = "GET /m?strict=true&name=a%20b&empty&x=1&x=2&bad=%2&plus=a+b HTTP/1.1\r\nHost: x\r\n\r\n";
  RequestHead head;
  ASSERT_EQ(status_of(text, head), 0U);
  EXPECT_EQ(head.query_parameter("strict"), "true");
  EXPECT_EQ(head.query_parameter("name"), "a b");
  EXPECT_EQ(head.query_parameter("empty"), "");
  EXPECT_EQ(head.query_parameter("x"), "1");
  EXPECT_EQ(head.query_parameter("none"), std::nullopt);
  EXPECT_EQ(head.query_parameter_count("none"), 0U);
  EXPECT_EQ(head.query_parameter_count("strict"), 1U);
  EXPECT_EQ(head.query_parameter_count("x"), 2U);
  EXPECT_EQ(head.query_parameter_count("bad"), 1U) << "it is there, whatever it says";
  EXPECT_EQ(head.query_parameter("bad"), std::nullopt);
  EXPECT_EQ(head.query_parameter("plus"), "a b") << "the last one ends where the target does";
}

TEST(RequestHead, KeepsNothingForTheNextRequest) {
  RequestHead head;
  head.remote_address = "127.0.0.1";
  ASSERT_TRUE(head.add_field({"A", "b"}));
  head.request_id = "r";
  head.clear();
  EXPECT_EQ(head.fields().size(), 0U);
  EXPECT_EQ(head.request_id, "");
  EXPECT_EQ(head.remote_address, "");
}

}  // namespace
}  // namespace metricstream::http
