#include "common/cli/healthcheck.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/one_answer_server.hpp"

namespace metricstream {
namespace {

using test::OneAnswerServer;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::string failure_of(const std::string& url, std::chrono::milliseconds timeout = 2s) {
  const Result<void> result = check_health(url, timeout);
  return result ? "healthy" : result.error().message;
}

TEST(CheckHealth, Status200IsHealthy) {
  OneAnswerServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
  EXPECT_EQ(failure_of("http://" + server.address() + "/-/healthy?x=1"), "healthy");
}

TEST(CheckHealth, SendsACompleteRequest) {
  std::string request;
  std::string address;
  {
    OneAnswerServer server("HTTP/1.1 200 OK\r\n\r\n");
    address = server.address();
    ASSERT_EQ(failure_of("http://" + address), "healthy");
    request = server.request();
  }
  EXPECT_THAT(request, testing::StartsWith("GET / HTTP/1.1\r\nHost: " + address + "\r\n"));
  EXPECT_THAT(request, HasSubstr("Connection: close\r\n"));
}

TEST(CheckHealth, EveryOtherStatusIsSaid) {
  OneAnswerServer server("HTTP/1.1 503 Service Unavailable\r\n\r\nstarting");
  const std::string url = "http://" + server.address() + "/-/ready";
  EXPECT_EQ(failure_of(url), url + ": expected status 200, got 'HTTP/1.1 503 Service Unavailable'");
}

TEST(CheckHealth, WhatIsNoHttpIsSaidInOneLine) {
  OneAnswerServer server("\x01\x02\n220 smtp\r\n");
  EXPECT_THAT(failure_of("http://" + server.address()), HasSubstr("got '\\x01\\x02\\x0a220 smtp'"));
}

TEST(CheckHealth, AnEndlessFirstLineEnds) {
  OneAnswerServer server(std::string(5000, 'x'));
  EXPECT_THAT(failure_of("http://" + server.address()), HasSubstr("expected status 200, got 'xxx"));
}

TEST(CheckHealth, SilenceEndsAtTheTimeout) {
  OneAnswerServer server("");
  EXPECT_THAT(failure_of("http://" + server.address(), 50ms), HasSubstr("no answer in time"));
}

TEST(CheckHealth, NobodyListeningIsSaid) {
  std::string address;
  {
    address = OneAnswerServer("x").address();
  }  // was free a moment ago
  EXPECT_EQ(failure_of("http://" + address + "/"), "http://" + address + "/: Connection refused");
}

TEST(CheckHealth, RefusesOtherUrls) {
  for (const char* url : {"", "localhost:80", "https://x/", "http://", "http:///x", "http://:80/", "http://h:/",
                          "http://h/\r\nX: y", "http://user@h/"}) {
    EXPECT_THAT(failure_of(url), HasSubstr("expected a URL such as http://127.0.0.1:8081/-/healthy")) << url;
  }
}

TEST(HealthUrl, IsReachableFromTheSameMachine) {
  EXPECT_EQ(health_url("127.0.0.1:8081"), "http://127.0.0.1:8081/-/healthy");
  EXPECT_EQ(health_url("0.0.0.0:8081"), "http://127.0.0.1:8081/-/healthy");
  EXPECT_EQ(health_url(":8081"), "http://127.0.0.1:8081/-/healthy");
  EXPECT_EQ(health_url("[::]:8081"), "http://[::1]:8081/-/healthy");
  EXPECT_EQ(health_url("metrics.example.com:1"), "http://metrics.example.com:1/-/healthy");
  EXPECT_EQ(health_url(""), "");
}

}  // namespace
}  // namespace metricstream
