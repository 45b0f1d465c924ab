// Deadlines of headers, bodies and idle connections.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/integration/http/test_server.hpp"
#include "tests/support/raw_http.hpp"

namespace metricstream::http::test {
namespace {

using metricstream::test::post_request;
using metricstream::test::RawHttp;

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

TEST(Server, ABodyEarnsTimeByComingNotByBeingAnnounced) {
  TestServer server({}, {.body = 200ms});
  for (const bool is_chunked : {false, true}) {
    const std::string framing =
        is_chunked ? "Transfer-Encoding: chunked\r\n\r\nf4240\r\n" : "Content-Length: 1000000\r\n\r\n";
    const auto start = std::chrono::steady_clock::now();
    const auto elapsed = [&] { return std::chrono::steady_clock::now() - start; };
    RawHttp silent(server.port());
    silent.send("POST /echo HTTP/1.1\r\nHost: t\r\n" + framing);
    EXPECT_EQ(silent.read().status, 503) << "not after 50 s";
    EXPECT_LT(elapsed(), 700ms);
    RawHttp sending(server.port());
    sending.send("POST /echo HTTP/1.1\r\nHost: t\r\n" + framing + std::string(20'000, 'x'));
    EXPECT_EQ(sending.read().status, 503);
    EXPECT_GE(elapsed(), 1'300ms);
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

}  // namespace
}  // namespace metricstream::http::test
