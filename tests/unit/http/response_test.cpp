#include "common/http/response.hpp"

#include <gtest/gtest.h>

#include "common/http/http_date.hpp"
#include "common/http/request_id.hpp"
#include "common/http/router.hpp"
#include "common/http/url.hpp"

namespace metricstream::http {
namespace {

TEST(Response, IsWrittenWithLengthDateAndRequestId) {
  Response response;
  response.body = "{}";
  response.headers = "Retry-After: 1\r\n";
  std::string out;
  append_response(out, response, {.date = "D", .request_id = "r1"});
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "X-Request-Id: r1\r\nRetry-After: 1\r\n\r\n{}");
}

TEST(Response, ToHeadHasTheLengthButNotTheBody) {
  Response response;
  response.body = "abc";
  std::string out;
  append_response(out, response, {.date = "D", .request_id = {}, .close = true, .head_only = true});
  EXPECT_TRUE(out.contains("Content-Length: 3\r\n"));
  EXPECT_TRUE(out.ends_with("Connection: close\r\n\r\n"));
}

constexpr ProblemType kTested{
    .status = 418, .id = "out-of-tea", .title = "No tea", .meaning = "There is none.", .remedy = "Make some."};

TEST(Response, AProblemOfARegisteredTypeNamesThat) {
  ProblemType registered = kTested;
  registered.uri = "https://example.org/tea";
  EXPECT_TRUE(problem(registered, "none").body.starts_with(R"({"type":"https://example.org/tea","title":"No tea")"));
}

TEST(Response, ProblemIsTheDocumentOfRfc9457) {
  const Response response = problem(kTested, "a \"quote\"", R"(,"position":7)");
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body, R"({"type":"/problems/out-of-tea","title":"No tea","status":418,)"
                           R"("error_id":"err-ms-out-of-tea","detail":"a \"quote\"","position":7})"
                           "\n");
}

TEST(Response, RetryAfterIsAnIntegerOfAtLeastASecond) {
  using namespace std::chrono_literals;
  EXPECT_EQ(retry_later(kTested, "y", 0ms).headers, "Retry-After: 1\r\n");
  EXPECT_EQ(retry_later(kTested, "y", 1000ms).headers, "Retry-After: 1\r\n");
  EXPECT_EQ(retry_later(kTested, "y", 1001ms).headers, "Retry-After: 2\r\n");
}

TEST(Date, HasTheFixedFormOfRfc9110) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(RequestId, IsTakenFromTheClientOnlyWhenItIsHarmless) {
  EXPECT_TRUE(is_usable_request_id("abc-123"));
  EXPECT_TRUE(is_usable_request_id(std::string(128, 'x')));
  EXPECT_FALSE(is_usable_request_id(""));
  EXPECT_FALSE(is_usable_request_id(std::string(129, 'x')));
  EXPECT_FALSE(is_usable_request_id("a b"));
  EXPECT_FALSE(is_usable_request_id("a\"b"));
  std::string first;
  std::string second;
  make_request_id(first);
  make_request_id(second);
  EXPECT_EQ(first.size(), 16U);
  EXPECT_NE(first, second);
}

TEST(Response, ABodyTooLargeNamesTheLimit) {
  const auto response = body_too_large(1024);
  EXPECT_EQ(response.status, 413U);
  EXPECT_TRUE(response.body.contains("the body has more than 1024 bytes")) << response.body;
  const auto announced = body_too_large(1024, 4000);
  EXPECT_TRUE(announced.body.contains("the body has 4000 bytes, and 1024 are the most")) << announced.body;
}

TEST(Response, KeepsTheDetailForWhoeverObservesTheServer) {
  EXPECT_EQ(problem(kBadHost, "no \"host\"").detail, "no \"host\"");
  EXPECT_EQ(retry_later(kBodyTimeout, "late", std::chrono::seconds(1)).detail, "late");
}

TEST(RequestId, TraceparentHasTheFormOfVersion00) {
  EXPECT_TRUE(is_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
  EXPECT_FALSE(is_traceparent("00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
  EXPECT_FALSE(is_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
  EXPECT_FALSE(is_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x"));
  EXPECT_FALSE(is_traceparent(""));
}

TEST(Router, TellsPathsAndMethodsApart) {
  Router router;
  router.get("/metrics", [](const RequestHead&) { return Response{}; });
  EXPECT_TRUE(router.route("GET", "/metrics").has_value());
  EXPECT_TRUE(router.route("HEAD", "/metrics").has_value());
  EXPECT_EQ(router.route("GET", "/metrics/").error().status, 404U);
  EXPECT_EQ(router.route("GET", "/Metrics").error().status, 404U);
  EXPECT_TRUE(router.route("GET", "/nope").error().body.contains("only at: /metrics\""));
  EXPECT_EQ(router.route("get", "/metrics").error().status, 405U) << "methods are case-sensitive";
  const auto refused = router.route("DELETE", "/metrics");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().status, 405U);
  EXPECT_EQ(refused.error().headers, "Allow: GET, HEAD\r\n");
}

TEST(Url, IsReadIntoItsParts) {
  const auto plain = parse_url("http://example.org");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->host, "example.org");
  EXPECT_EQ(plain->port, 80);
  EXPECT_EQ(plain->path, "");
  EXPECT_EQ(plain->authority(), "example.org");
  const auto full = parse_url("https://[::1]:8086/prefix/");
  ASSERT_TRUE(full.has_value());
  EXPECT_TRUE(full->tls);
  EXPECT_EQ(full->host, "::1");
  EXPECT_EQ(full->port, 8086);
  EXPECT_EQ(full->path, "/prefix");
  EXPECT_EQ(full->authority(), "[::1]:8086");
}

TEST(Url, RefusesWhatCannotBeConnectedToAndNeverRepeatsAPassword) {
  for (const std::string_view text : {"", "example.org", "ftp://example.org", "http://", "http://h:0", "http://h:99999",
                                      "http://h/?q=1", "http://h/#f", "http://u:secret@h"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url.has_value()) << text;
    EXPECT_FALSE(url.error().message.contains("secret"));
  }
}

}  // namespace
}  // namespace metricstream::http
