// TLS on the server's side, spoken to by OpenSSL's client.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <cstdio>
#include <thread>

#include "tests/integration/http/tls_fixture.hpp"
#include "tests/support/connection_crowd.hpp"
#include "tests/support/sanitizers.hpp"

namespace metricstream::http::test {
namespace {

using metricstream::test::post_request;
using metricstream::test::RawHttp;

TEST(Tls, SpeaksOneDotTwoAndOneDotThreeOnly) {
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue()));
  for (const auto& [version, name] : {std::pair{TLS1_2_VERSION, "TLSv1.2"}, std::pair{TLS1_3_VERSION, "TLSv1.3"}}) {
    TlsClient client(server.port(), {.ca_file = authority.ca_file(), .version = version});
    EXPECT_EQ(client.version(), name);
    EXPECT_EQ(client.get("/hello").body, "hello 127.0.0.1 tls");
    EXPECT_EQ(client.post("/echo", "again").body, "again");
  }
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    EXPECT_TRUE(refusal([&] { TlsClient(server.port(), {.version = version}); }).contains("protocol version"));
  }
  await([&] { return server.statistics().tls_handshakes_failed == 2; });
  EXPECT_EQ(server.statistics().tls_handshakes, 2U);
}

TEST(Tls, TakesAuthenticatedSuitesOnly) {
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue()));
  for (const char* suite : {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"}) {
    TlsClient client(server.port(), {.version = TLS1_2_VERSION, .suites = suite});
    EXPECT_EQ(client.suite(), suite);
  }
  for (const char* suite : {"ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "AES128-SHA", "NULL-SHA256"}) {
    EXPECT_TRUE(refusal([&] {
                  TlsClient(server.port(), {.version = TLS1_2_VERSION, .suites = suite});
                }).contains("handshake failure"))
        << suite;
  }
}

TEST(Tls, ChoosesHttp11OrSaysThatThereIsNothingElse) {
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue()));
  EXPECT_EQ(TlsClient(server.port(), {.alpn = "http/1.1"}).protocol(), "http/1.1");
  EXPECT_EQ(TlsClient(server.port()).protocol(), "");
  EXPECT_TRUE(refusal([&] { TlsClient(server.port(), {.alpn = "h2"}); }).contains("no application protocol"));
}

TEST(Tls, TellsPlainHttpThatItIsWrongHere) {
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue()));
  for (const std::string request :
       {"GET /hello HTTP/1.1\r\nHost: t\r\n\r\n", "POST /echo HTTP/1.1\r\nHost: t\r\n\r\n"}) {
    RawHttp client(server.port());
    client.send(request + body_of(100'000));
    const auto response = client.read();
    EXPECT_EQ(response.status, 400);
    EXPECT_TRUE(response.body.contains("tls-required")) << response.body;
    EXPECT_TRUE(client.is_closed());
  }
  RawHttp nonsense(server.port());
  nonsense.send(std::string(100, '\xff'));
  nonsense.finish_sending();
  EXPECT_NO_THROW(nonsense.is_closed());
  EXPECT_EQ(server.echo.handled, 0);
}

TEST(Tls, CarriesBodiesOfEverySizeAndPipelinedRequests) {
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue()));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), {.version = version});
    for (const std::size_t size : {0UL, 1UL, 16'383UL, 16'385UL, 32'600UL, 32'769UL, 200'000UL, 1'000'000UL}) {
      const std::string body = body_of(size);
      EXPECT_TRUE(client.post("/echo", body).body == body) << size;
    }
    std::string wire;
    for (std::size_t i = 0; i < 50; ++i) wire += post_request("/echo", body_of(i * 397));
    std::thread sender([&] { client.send(wire); });
    sender.join();
    for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(client.read().body.size(), i * 397);
  }
}

// A record whose rest stays decrypted inside OpenSSL while the socket has nothing more to say.
TEST(Tls, ServesWhatWasReceivedWithoutAnotherByteOfTheSocket) {
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue()));
  TlsClient client(server.port());
  for (std::size_t first = 20'000; first < 33'000; first += 500) {
    client.send(post_request("/echo", body_of(first)) + post_request("/echo", body_of(15'000)) +
                post_request("/echo", "last"));
    EXPECT_EQ(client.read().body.size(), first);
    EXPECT_EQ(client.read().body.size(), 15'000U);
    EXPECT_EQ(client.read().body, "last");
  }
}

TEST(Tls, ChangesItsCertificateWhileConnectionsAreOpen) {
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue({.name = "old"})));
  TlsClient old(server.port(), {.ca_file = authority.ca_file()});
  EXPECT_EQ(old.server_name(), "old");
  server.use_tls(credentials(authority.issue({.name = "new"})));
  TlsClient fresh(server.port(), {.ca_file = authority.ca_file()});
  EXPECT_EQ(fresh.server_name(), "new");
  EXPECT_EQ(fresh.get("/hello").status, 200);
  EXPECT_EQ(old.get("/hello").status, 200) << "what is open goes on";
  server.use_tls(nullptr);
  EXPECT_EQ(TlsClient(server.port()).server_name(), "new") << "nothing does not replace something";
}

TEST(Tls, EndsWithCloseNotify) {
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue()), {.idle = 100ms});
  {
    TlsClient client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(client.read().status, 200);
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(client.was_told_of_the_end());
  }
  {
    TlsClient client(server.port());
    client.send("nonsense\r\n\r\n");
    EXPECT_EQ(client.read().status, 400);
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(client.was_told_of_the_end());
  }
  TlsClient idle(server.port());
  EXPECT_EQ(idle.get("/hello").status, 200);
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(idle.was_told_of_the_end());
}

TEST(Tls, DrainsAsPlainConnectionsDo) {
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue()));
  TlsClient idle(server.port());
  EXPECT_EQ(idle.get("/hello").status, 200);
  TlsClient busy(server.port());
  busy.send(post_request("/gated", "kept"));
  await([&] { return server.gated.waiting == 1; });
  auto drained = server.drain(10s);
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(idle.was_told_of_the_end());
  server.gated.is_open = true;
  EXPECT_EQ(busy.read().body, "kept");
  EXPECT_TRUE(busy.is_closed());
  EXPECT_EQ(drained.get(), 0U);
}

TEST(Tls, CutsASlowHandshakeAtTheHeadersDeadline) {
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue()), {.header = 200ms});
  // The beginning of a ClientHello; the rest dribbles.
  for (const std::string& start : {std::string(), std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)}) {
    RawHttp client(server.port());
    const auto begun = std::chrono::steady_clock::now();
    client.send(start);
    std::atomic<bool> is_over{false};
    std::thread dribble([&] {
      while (!is_over && !start.empty()) {
        if (!refusal([&] { client.send("x"); }).empty()) return;
        std::this_thread::sleep_for(10ms);
      }
    });
    EXPECT_TRUE(client.is_closed());
    is_over = true;
    dribble.join();
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 190ms);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  }
  await([&] { return server.statistics().timeouts == 2; });
}

TEST(Tls, GivesASlowHandshakeNoSecondDeadlineForTheHeader) {
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue()), {.header = 300ms});
  const auto begun = std::chrono::steady_clock::now();
  TlsClient client(server.port());
  client.send("GET /hel");
  EXPECT_TRUE(client.is_closed());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST(Tls, IdleConnectionsHoldNoBuffers) {
  constexpr std::size_t kConnections = 2000;
  metricstream::test::ConnectionCrowd crowd(
      [](int socket) { return metricstream::test::ask_over_tls(socket, "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"); });
  metricstream::test::raise_file_limit();
  const TestAuthority authority;
  HttpsTestServer server(credentials(authority.issue()));
  EXPECT_EQ(TlsClient(server.port()).get("/hello").status, 200);
  const std::size_t before = metricstream::test::resident_bytes();
  ASSERT_EQ(crowd.open(server.port(), kConnections), kConnections);
  const std::size_t each = (metricstream::test::resident_bytes() - before) / kConnections;
  std::printf("%zu idle TLS connections: %zu bytes each\n", kConnections, each);
  if (!metricstream::test::kIsSanitized) {
    EXPECT_LT(each, 30'000U) << "the buffers of one record would be 34,000";
  }
}

}  // namespace
}  // namespace metricstream::http::test
