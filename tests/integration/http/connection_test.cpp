// Which connections are taken, and when they end.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/integration/http/test_server.hpp"
#include "tests/support/raw_http.hpp"

namespace metricstream::http::test {
namespace {

using metricstream::test::post_request;
using metricstream::test::RawHttp;

TEST(Server, TurnsAwayConnectionsPastTheLimit) {
  TestServer server({.connections = 2}, {}, 1);
  RawHttp first(server.port());
  auto second = std::make_unique<RawHttp>(server.port());
  EXPECT_EQ(first.get("/hello").status, 200);
  EXPECT_EQ(second->get("/hello").status, 200);
  RawHttp third(server.port());
  const auto refused = third.read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  second.reset();
  await([&] { return server.statistics().connections_open == 1; });
  EXPECT_EQ(RawHttp(server.port()).get("/hello").status, 200);
}

TEST(Server, TakesNotOneConnectionTooManyThoughThreadsAcceptAtOnce) {
  constexpr int kLimit = 20;
  for (int round = 0; round < 5; ++round) {
    TestServer server({.connections = kLimit}, {}, 4);
    std::vector<std::unique_ptr<RawHttp>> clients(3 * kLimit);
    std::atomic<int> served{0};
    {
      std::vector<std::jthread> threads;
      for (auto& client : clients) {
        threads.emplace_back([&] {
          client = std::make_unique<RawHttp>(server.port());
          client->send("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
          if (client->read().status == 200) ++served;
        });
      }
    }
    EXPECT_EQ(served, kLimit);
  }
}

TEST(Server, AClientWithManyRequestsLetsOthersHaveTheirTurn) {
  TestServer server({}, {}, 1);
  std::string requests;
  constexpr int kRequests = 500;
  for (int i = 0; i < kRequests; ++i) requests += "GET /busy HTTP/1.1\r\nHost: t\r\n\r\n";
  RawHttp greedy(server.port());
  RawHttp other(server.port());
  EXPECT_EQ(other.get("/hello").status, 200);
  greedy.send(requests);
  await([&] { return server.busy > 0; });
  EXPECT_EQ(other.get("/hello").status, 200);
  EXPECT_LT(server.busy, kRequests / 2);
  for (int i = 0; i < kRequests; ++i) EXPECT_EQ(greedy.read().status, 200);
}

TEST(Server, AnEmptyLineBehindARequestDoesNotBeginTheNext) {
  TestServer server({}, {.header = 50ms});
  RawHttp client(server.port());
  EXPECT_EQ(client.get("/hello").status, 200);
  client.send("\r\n");
  EXPECT_FALSE(client.wait_for_input(200ms)) << "not closed at the header's deadline";
  EXPECT_EQ(client.get("/hello").status, 200);
  client.send("\r\nGET /hello HTTP/1.1\r\nHost: t\r\n\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
  client.send("\r\n");
  EXPECT_EQ(server.statistics().timeouts, 0U);
  EXPECT_TRUE(client.is_closed()) << "one is allowed, two are a request that does not come";
  EXPECT_EQ(server.statistics().timeouts, 1U);
}

TEST(Server, TurnsAwayConnectionsOfOneAddressPastItsLimit) {
  TestServer server({.connections_per_address = 2}, {}, 1);
  auto first = std::make_unique<RawHttp>(server.port());
  RawHttp second(server.port());
  EXPECT_EQ(first->get("/hello").status, 200);
  EXPECT_EQ(second.get("/hello").status, 200);
  RawHttp third(server.port());
  const auto refused = third.read();
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.body.contains("too-many-connections-of-address")) << refused.body;
  EXPECT_TRUE(third.is_closed());
  EXPECT_EQ(server.statistics().connections_refused_by_address, 1U);
  first.reset();
  await([&] { return server.statistics().connections_open == 1; });
  EXPECT_EQ(RawHttp(server.port()).get("/hello").status, 200);
}

TEST(Server, BelievesXForwardedForOnlyFromTrustedProxies) {
  const std::string field = "X-Forwarded-For: 198.51.100.1, 192.0.2.1:4711\r\n";
  TestServer direct;
  EXPECT_EQ(RawHttp(direct.port()).get("/hello", field).body, "hello 127.0.0.1");
  ServerOptions options{.limits = {.connections_per_address = 1}, .timeouts = {}};
  options.trusted_proxies = {AddressRange::parse("127.0.0.0/8").value()};
  TestServer behind(options);
  RawHttp proxy(behind.port());
  EXPECT_EQ(proxy.get("/hello", field).body, "hello 192.0.2.1");
  EXPECT_EQ(proxy.get("/hello", "X-Forwarded-For: nobody\r\n").body, "hello 127.0.0.1");
  EXPECT_EQ(proxy.get("/hello").body, "hello 127.0.0.1") << "nothing is left of the request before";
  EXPECT_EQ(RawHttp(behind.port()).get("/hello").status, 200) << "a proxy's connections are not limited";
}

TEST(Server, RefusesAPortThatAnotherServerHas) {
  TestServer first;
  IoThreads threads("x", 1);
  Router router;
  Server second(threads.executors(),
                {.name = "second", .listen = "127.0.0.1:" + std::to_string(first.port()), .limits = {}, .timeouts = {}},
                router, nullptr, [](std::string_view) {});
  const auto bound = second.listen();
  ASSERT_FALSE(bound.has_value());
  EXPECT_TRUE(bound.error().message.contains("in use")) << bound.error().message;
}

TEST(Server, EndsAnOldConnectionBehindAllThatItHasReceived) {
  TestServer server({}, {.connection = 1ms});
  RawHttp pipelining(server.port());
  ASSERT_FALSE(pipelining.wait_for_input(50ms)) << "an idle one does not end for that";
  pipelining.send(post_request("/echo", "1") + post_request("/echo", "2") + post_request("/echo", "3") +
                  post_request("/echo", "4"));
  for (const char* body : {"1", "2", "3", "4"}) {
    EXPECT_EQ(pipelining.read().body, body) << "what has been received is answered nevertheless";
  }
  EXPECT_TRUE(pipelining.is_closed());
}

TEST(Server, EndsAnOldConnectionBehindAnAnswer) {
  TestServer server({}, {.connection = 100ms});
  RawHttp client(server.port());
  const auto start = std::chrono::steady_clock::now();
  int served = 0;
  while (!client.get("/hello").headers.contains("connection")) ++served;
  EXPECT_GE(std::chrono::steady_clock::now() - start, 90ms);
  EXPECT_GT(served, 0);
  EXPECT_TRUE(client.is_closed());
}

}  // namespace
}  // namespace metricstream::http::test
