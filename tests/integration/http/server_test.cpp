#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/integration/http/test_server.hpp"
#include "tests/support/raw_http.hpp"

namespace metricstream::http::test {
namespace {

using metricstream::test::post_request;
using metricstream::test::RawHttp;

TEST(Server, AnswersGetAndHeadOnOneConnection) {
  TestServer server;
  RawHttp client(server.port());
  const auto get = client.get("/hello");
  EXPECT_EQ(get.status, 200);
  EXPECT_EQ(get.body, "hello 127.0.0.1");
  EXPECT_EQ(get.headers.at("x-request-id").size(), 16U);
  EXPECT_TRUE(get.headers.contains("date"));
  client.send("HEAD /hello HTTP/1.1\r\nHost: t\r\nX-Request-Id: mine\r\n\r\n");
  const auto head = client.read(true);
  EXPECT_EQ(head.headers.at("content-length"), "15");
  EXPECT_EQ(head.headers.at("x-request-id"), "mine");
  EXPECT_EQ(client.get("/hello").status, 200) << "nothing of HEAD's body was sent";
}

TEST(Server, ReadsBodiesOfEverySizeAroundItsBuffer) {
  TestServer server({.body_bytes = 200'000});
  RawHttp client(server.port());
  for (const std::size_t size :
       {0UL, 1UL, 100UL, 17'000UL, 32'600UL, 32'700UL, 32'768UL, 32'769UL, 65'536UL, 131'073UL, 200'000UL}) {
    const std::string body = body_of(size);
    const auto response = client.post("/echo", body);
    ASSERT_EQ(response.status, 200) << size;
    ASSERT_EQ(response.body, body) << size;
  }
}

TEST(Server, TakesARequestByteByByteAndInAnySplit) {
  TestServer server;
  const std::string request = post_request("/echo", "hello") + post_request("/echo", "again");
  {
    RawHttp client(server.port());
    for (const char c : request) client.send(std::string_view(&c, 1));
    EXPECT_EQ(client.read().body, "hello");
    EXPECT_EQ(client.read().body, "again");
  }
  for (std::size_t cut = 1; cut < request.size(); cut += 3) {
    RawHttp client(server.port());
    client.send(request.substr(0, cut));
    client.send(request.substr(cut));
    ASSERT_EQ(client.read().body, "hello") << cut;
    ASSERT_EQ(client.read().body, "again") << cut;
  }
}

TEST(Server, AnswersPipelinedRequestsInOrderWhateverTheirSizes) {
  TestServer server;
  RawHttp client(server.port());
  std::string wire;
  std::vector<std::string> bodies;
  for (std::size_t i = 0; i < 200; ++i) {
    bodies.push_back(std::to_string(i) + body_of(i * 7919 % 40'000));
    wire += post_request("/echo", bodies.back());
  }
  std::thread sender([&] { client.send(wire); });
  for (std::size_t i = 0; i < bodies.size(); ++i) EXPECT_EQ(client.read().body, bodies[i]) << i;
  sender.join();
}

TEST(Server, TakesChunkedBodiesAndWhatFollowsThem) {
  TestServer server;
  RawHttp client(server.port());
  const std::string big = body_of(50'000);
  const std::string head = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
  client.send(head + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n" + head + "c350\r\n" + big + "\r\n0\r\n\r\n" +
              post_request("/echo", "plain"));
  EXPECT_EQ(client.read().body, "hello world");
  EXPECT_EQ(client.read().body, big);
  EXPECT_EQ(client.read().body, "plain");
}

TEST(Server, ClosesBehindEveryFramingError) {
  TestServer server;
  const std::string next = post_request("/echo", "smuggled");
  const std::vector<std::pair<std::string, int>> cases{
      {"POST /echo HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", 400},
      {"POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 501},
      {"POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST /echo HTTP/1.0\r\nContent-Length: 1\r\n\r\nx", 426},
      {"GET /hello HTTP/1.1\r\nHost: t\r\nX: " + std::string(9000, 'x') + "\r\n\r\n", 431},
      {"GET /" + std::string(1100, 'x') + " HTTP/1.1\r\nHost: t\r\n\r\n", 414},
      {"nonsense\r\n\r\n", 400},
  };
  for (const auto& [wire, status] : cases) {
    SCOPED_TRACE(wire.substr(0, 80));
    RawHttp client(server.port());
    client.send(wire + next);
    const auto response = client.read();
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.headers.at("connection"), "close");
    EXPECT_EQ(response.headers.at("content-type"), "application/problem+json");
    EXPECT_TRUE(client.is_closed());
  }
  RawHttp client(server.port());
  client.send("HEAD /hello HTTP/1.1\r\nHost: t\r\nA: b\r\n c\r\n\r\n");
  EXPECT_EQ(client.read(true).status, 400);
  EXPECT_TRUE(client.is_closed()) << "an answer to HEAD has no body";
  EXPECT_EQ(server.echo.handled, 0) << "what stands behind a framing error is never a request";
}

TEST(Server, TellsUnknownPathsFromWrongMethods) {
  TestServer server;
  RawHttp client(server.port());
  EXPECT_EQ(client.get("/nothing").status, 404);
  const auto wrong = client.get("/echo");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "POST");
  EXPECT_EQ(client.get("/hello").status, 200) << "neither costs the connection";
}

TEST(Server, LetsHttp10CheckHealth) {
  TestServer server;
  RawHttp once(server.port());
  once.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.read().status, 200);
  EXPECT_TRUE(once.is_closed());
  RawHttp twice(server.port());
  for (int i = 0; i < 2; ++i) {
    twice.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(twice.read().headers.at("connection"), "keep-alive");
  }
}

TEST(Server, ClosesWhenAskedTo) {
  TestServer server;
  RawHttp client(server.port());
  EXPECT_EQ(client.get("/hello", "Connection: foo, Close\r\n").headers.at("connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, RefusesTooLargeBodiesByTheirDeclaredSizeAndWhenChunked) {
  TestServer server({.body_bytes = 1000});
  RawHttp at_limit(server.port());
  EXPECT_EQ(at_limit.post("/echo", body_of(1000)).status, 200);
  at_limit.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(at_limit.read().status, 413);
  RawHttp chunked(server.port());
  chunked.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + body_of(1001) +
               "\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.read().status, 413);
  EXPECT_TRUE(chunked.is_closed());
}

TEST(Server, InvitesABodyThatWaitsForPermission) {
  TestServer server;
  RawHttp client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  client.send("hello");
  EXPECT_EQ(client.read().body, "hello");
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nX-Refuse: 1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.read().status, 429) << "and refuses without inviting";
}

TEST(Server, KeepsAnExchangeFromTheHeaderUntilItsAnswerIsWrittenOrTheConnectionHasDied) {
  TestServer server;
  RawHttp client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhel");
  await([&] { return server.echo.alive == 1; });
  client.send("lo");
  EXPECT_EQ(client.read().body, "hello");
  await([&] { return server.echo.alive == 0; });
  EXPECT_EQ(client.post("/echo", "x", "X-Refuse: 1\r\n").status, 429);
  EXPECT_EQ(server.echo.alive, 0);
  {
    RawHttp dying(server.port());
    dying.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhel");
    await([&] { return server.echo.alive == 1; });
  }
  await([&] { return server.echo.alive == 0; });
  EXPECT_EQ(server.echo.handled, 1);
}

TEST(Server, AnswersABugWith500AndGoesOn) {
  TestServer server;
  for (const char* field : {"", "X-Throw-At-Once: 1\r\n"}) {
    RawHttp client(server.port());
    EXPECT_EQ(client.post("/throw", "x", field).status, 500);
    EXPECT_TRUE(client.is_closed());
  }
  EXPECT_EQ(server.problems, 2);
  EXPECT_EQ(RawHttp(server.port()).get("/hello").status, 200);
}

}  // namespace
}  // namespace metricstream::http::test
