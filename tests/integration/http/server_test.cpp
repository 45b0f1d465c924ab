#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/integration/http/test_server.hpp"
#include "tests/support/raw_http.hpp"

namespace metricstream::http::test {
namespace {

using metricstream::test::post_request;
using metricstream::test::RawHttp;

template <class Condition>
void await(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(1ms);
  }
}

std::string body_of(std::size_t size) {
  std::string body(size, '\0');
  for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 26);
  return body;
}

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

TEST(Server, RefusesAtTheHeaderWithoutReadingTheBody) {
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

TEST(Server, WaitsForTheRestOfARefusedBodyOnlyUntilItsDeadline) {
  TestServer server({}, {.body = 200ms});
  RawHttp client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nX-Refuse: 1\r\nContent-Length: 100000\r\n\r\nabc");
  EXPECT_EQ(client.read().status, 429);
  EXPECT_TRUE(client.is_closed());
  RawHttp chunked(server.port());
  chunked.send("POST /echo HTTP/1.1\r\nHost: t\r\nX-Refuse: 1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  EXPECT_EQ(chunked.read().status, 429);
  EXPECT_TRUE(chunked.is_closed()) << "a body of unknown length is not waited for";
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

TEST(Server, AClientThatIsRefusedWhileSendingStillReadsTheAnswer) {
  TestServer server({.body_bytes = 1000});
  RawHttp client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 500000\r\n\r\n" + body_of(500'000));
  EXPECT_EQ(client.read().status, 413);
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

TEST(Server, EndsAConnectionBehindItsLastRequestAndTellsSo) {
  TestServer server({.requests_per_connection = 3});
  RawHttp client(server.port());
  for (const bool is_last : {false, false, true}) {
    const auto response = client.post("/echo", "x");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.contains("connection"), is_last);
  }
  EXPECT_TRUE(client.is_closed());
  RawHttp pipelining(server.port());
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

class Dribble {
 public:
  // Sends `bytes` one by one, 20 ms apart, until the peer closes or stop.
  Dribble(RawHttp& client, std::string bytes)
      : thread_([&client, text = std::move(bytes), this] {
          for (const char c : text) {
            if (stop_) return;
            try {
              client.send(std::string_view(&c, 1));
            } catch (const std::exception&) {
              return;
            }
            std::this_thread::sleep_for(20ms);
          }
        }) {}
  ~Dribble() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

TEST(Server, HeaderDeadlineIsAbsoluteHoweverBytesDribble) {
  TestServer server({}, {.header = 200ms});
  RawHttp client(server.port());
  const auto start = std::chrono::steady_clock::now();
  const Dribble dribble(client, "GET /hello HTTP/1.1\r\nHost: t\r\nX: " + std::string(500, 'x'));
  EXPECT_TRUE(client.is_closed());
  EXPECT_GE(std::chrono::steady_clock::now() - start, 190ms);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  await([&] { return server.statistics().timeouts == 1; });
}

TEST(Server, BodyDeadlineIsAbsoluteAndAnsweredAsRetryable) {
  TestServer server({}, {.body = 200ms});
  RawHttp client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 500\r\n\r\n");
  const Dribble dribble(client, std::string(500, 'x'));
  const auto response = client.read();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.at("retry-after"), "1");
  EXPECT_EQ(response.headers.at("connection"), "close");
}

TEST(Server, BodyDeadlineHoldsForChunksAndTrailersAsWell) {
  TestServer server({}, {.body = 200ms});
  const std::string head = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string start : {"ffff\r\n", "5;", "0\r\nA: "}) {
    RawHttp client(server.port());
    client.send(head + start);
    const Dribble dribble(client, std::string(500, 'x'));
    EXPECT_EQ(client.read().status, 503) << start;
  }
}

TEST(Server, IdleConnectionsEndAndBusyOnesDoNot) {
  TestServer server({}, {.header = 10s, .idle = 200ms});
  RawHttp client(server.port());
  EXPECT_EQ(client.get("/hello").status, 200);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(client.is_closed());
  EXPECT_GE(std::chrono::steady_clock::now() - start, 190ms);
  EXPECT_EQ(server.statistics().timeouts, 0U) << "idling is no fault";

  RawHttp waiting(server.port());
  waiting.send(post_request("/gated", "x"));
  await([&] { return server.gated.waiting == 1; });
  RawHttp bystander(server.port());
  EXPECT_EQ(bystander.get("/hello").status, 200);
  EXPECT_TRUE(bystander.is_closed()) << "the idle time has passed meanwhile: a handler's time is its own";
  server.gated.is_open = true;
  EXPECT_EQ(waiting.read().status, 200);
}

bool is_refused(std::uint16_t port) {
  try {
    const RawHttp connection(port);
    return false;
  } catch (const std::runtime_error&) {
    return true;
  }
}

TEST(ServerDrain, AnswersWhatIsInFlightAndClosesWhatIsIdle) {
  TestServer server;
  RawHttp idle(server.port());
  EXPECT_EQ(idle.get("/hello").status, 200);
  RawHttp busy(server.port());
  busy.send(post_request("/gated", "kept"));
  await([&] { return server.gated.waiting == 1; });
  auto drained = server.drain(10s);
  EXPECT_TRUE(idle.is_closed());
  await([&] { return is_refused(server.port()); });  // each thread closes its own listener
  server.gated.is_open = true;
  const auto response = busy.read();
  EXPECT_EQ(response.body, "kept");
  EXPECT_EQ(response.headers.at("connection"), "close");
  EXPECT_EQ(drained.get(), 0U);
  EXPECT_EQ(server.statistics().connections_open, 0);
}

TEST(ServerDrain, AnswersPipelinedRequestsThatHaveArrived) {
  TestServer server;
  RawHttp client(server.port());
  client.send(post_request("/gated", "1") + post_request("/echo", "2") + post_request("/echo", "3"));
  await([&] { return server.gated.waiting == 1; });
  auto drained = server.drain(10s);
  await([&] { return is_refused(server.port()); });
  server.gated.is_open = true;
  EXPECT_EQ(client.read().body, "1");
  EXPECT_EQ(client.read().body, "2");
  const auto last = client.read();
  EXPECT_EQ(last.body, "3");
  EXPECT_EQ(last.headers.at("connection"), "close");
  EXPECT_EQ(drained.get(), 0U);
}

TEST(ServerDrain, CutsWhatIsLeftAtTheDeadline) {
  TestServer server({}, {.header = 60s});
  RawHttp half(server.port());
  half.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhel");
  RawHttp probe(server.port());
  EXPECT_EQ(probe.get("/hello").status, 200);
  EXPECT_EQ(server.drain(200ms).get(), 1U);
  EXPECT_TRUE(half.is_closed());
}

TEST(ServerDrain, LosesNoRequestThatClientsWereToldIsAnswered) {
  TestServer server;
  std::atomic<int> answered{0};
  std::atomic<int> closed_while_idle{0};
  std::vector<std::thread> clients;
  clients.reserve(8);
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] {
      try {
        RawHttp client(server.port());
        for (;;) {
          const auto response = client.post("/echo", "x");
          if (response.status == 200) ++answered;
          if (response.headers.contains("connection")) return;
        }
      } catch (const std::exception&) {
        ++closed_while_idle;  // its next request never got in
      }
    });
  }
  await([&] { return answered > 100; });
  EXPECT_EQ(server.drain(10s).get(), 0U);
  for (auto& client : clients) client.join();
  EXPECT_EQ(server.echo.handled, answered);
}

}  // namespace
}  // namespace metricstream::http::test
