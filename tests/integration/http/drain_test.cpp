// How a server ends.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/integration/http/test_server.hpp"
#include "tests/support/raw_http.hpp"

namespace metricstream::http::test {
namespace {

using metricstream::test::post_request;
using metricstream::test::RawHttp;

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
