// What becomes of a refused request's body, and that its client reads the answer.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "tests/integration/http/test_server.hpp"
#include "tests/support/raw_http.hpp"

namespace metricstream::http::test {
namespace {

using metricstream::test::post_request;
using metricstream::test::RawHttp;

TEST(Refusal, RefusesAtTheHeaderWithoutReadingTheBody) {
  TestServer server;
  RawHttp kept(server.port());
  EXPECT_EQ(kept.post("/echo", "small", "X-Refuse: 1\r\n").status, 429);
  EXPECT_EQ(kept.post("/echo", "next").body, "next") << "a body that is here already is skipped";
  RawHttp early(server.port());
  early.send("POST /echo HTTP/1.1\r\nHost: t\r\nX-Refuse: 1\r\nContent-Length: 100000\r\n\r\n");
  EXPECT_EQ(early.read().status, 429) << "answered before the body comes";
  early.send(body_of(100'000));
  EXPECT_EQ(early.post("/echo", "next").body, "next") << "who is told to come back keeps the connection";
  EXPECT_EQ(server.echo.handled, 2);
}

TEST(Refusal, WaitsForTheRestOfARefusedBodyOnlyUntilItsDeadline) {
  TestServer server({}, {.body = 200ms});
  RawHttp client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nX-Refuse: 1\r\nContent-Length: 100000\r\n\r\nabc");
  EXPECT_EQ(client.read().status, 429);
  EXPECT_TRUE(client.is_closed());
  RawHttp chunked(server.port());
  chunked.send("POST /echo HTTP/1.1\r\nHost: t\r\nX-Refuse: 1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  EXPECT_EQ(chunked.read().status, 429);
  EXPECT_TRUE(chunked.is_closed());
}

// Chunks on the wire; `size` divides the body.
std::string in_chunks(const std::string& body, std::size_t size) {
  char hex[20];
  std::snprintf(hex, sizeof hex, "%zx", size);
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += size) {
    out += std::string(hex) + "\r\n" + body.substr(at, size) + "\r\n";
  }
  return out + "0\r\n\r\n";
}

TEST(Refusal, WhoIsToComeBackKeepsTheConnectionBehindAChunkedBodyToo) {
  TestServer server({.body_bytes = 100'000});
  const std::string head = "POST /echo HTTP/1.1\r\nHost: t\r\nX-Refuse: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::size_t size : {10U, 100'000U}) {
    RawHttp client(server.port());
    client.send(head + in_chunks(body_of(100'000), size) + post_request("/echo", "at once"));
    EXPECT_EQ(client.read().status, 429);
    EXPECT_EQ(client.read().body, "at once") << "in chunks of " << size;
    client.send(head);
    EXPECT_EQ(client.read().status, 429) << "before the body comes";
    client.send(in_chunks(body_of(100'000), size) + post_request("/echo", "later"));
    EXPECT_EQ(client.read().body, "later");
  }
  for (const std::string& bad : {in_chunks(body_of(100'001), 100'001), std::string("5\r\nhello!\r\n0\r\n\r\n")}) {
    RawHttp client(server.port());
    client.send(head + bad + post_request("/echo", "smuggled"));
    EXPECT_EQ(client.read().status, 429);
    EXPECT_TRUE(client.is_closed()) << "where the body ends is not known";
  }
  EXPECT_EQ(server.echo.handled, 4);
}

TEST(Refusal, ABodyThatNobodyWantsIsNotReadHoweverLargeItIsSaidToBe) {
  TestServer server({.body_bytes = 1000});
  for (const std::string size : {"1000", "1001"}) {
    RawHttp client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHost: t\r\nContent-Length: " + size + "\r\n\r\n");
    EXPECT_EQ(client.read().status, 200);
    EXPECT_TRUE(client.is_closed());
  }
}

// Many clients send all of a body before they look at what has come.
TEST(Refusal, ARefusalReachesAClientThatSendsItsBodyFirst) {
  TestServer server({.body_bytes = 1'000'000});
  struct Case {
    std::string fields;
    std::size_t size;
    int status;
  };
  for (const Case& row : {Case{"X-Refuse: 1\r\nConnection: close\r\n", 900'000, 429},
                          Case{"X-Refuse: 1\r\nExpect: 100-continue\r\n", 900'000, 429}, Case{"", 8 * 1024 * 1024, 413},
                          Case{"X-Refuse: 1\r\n", 8 * 1024 * 1024, 429},
                          Case{"X-Refuse: 1\r\nConnection: close\r\n", 8 * 1024 * 1024, 429}}) {
    SCOPED_TRACE(row.fields + std::to_string(row.size));
    RawHttp client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: t\r\n" + row.fields + "Content-Length: " + std::to_string(row.size) +
                "\r\n\r\n");
    EXPECT_TRUE(client.wait_for_input(10s)) << "the server has answered";
    EXPECT_NO_THROW(client.send(body_of(row.size)));
    EXPECT_EQ(client.read().status, row.status);
    EXPECT_TRUE(client.is_closed());
  }
}

TEST(Refusal, WhatARefusedClientSendsIsLetGoForNoLongerThanABodyMayTake) {
  TestServer server({.body_bytes = 1000}, {.body = 300ms});
  const auto start = std::chrono::steady_clock::now();
  RawHttp dribbling(server.port());
  dribbling.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(dribbling.read().status, 413);
  await([&] {
    try {
      dribbling.send("x");
      return false;
    } catch (const std::exception&) {
      return true;
    }
  });
  EXPECT_GE(std::chrono::steady_clock::now() - start, 290ms);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1'500ms);
}

}  // namespace
}  // namespace metricstream::http::test
