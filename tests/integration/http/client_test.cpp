#include "common/http/client.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "tests/integration/http/test_server.hpp"
#include "tests/integration/http/tls_test_server.hpp"
#include "tests/support/http_test_server.hpp"

namespace metricstream::http::test {
namespace {

using metricstream::testing::http_answer;
using metricstream::testing::HttpTestServer;
using metricstream::testing::TestReply;
using metricstream::testing::TestRequest;
using Answer = Result<ClientResponse, ClientError>;

// A client on a thread of its own.
class ClientOnThread {
 public:
  explicit ClientOnThread(ClientOptions options) : client_(threads_.executor(0), std::move(options)) {
    threads_.start();
  }
  ~ClientOnThread() {
    std::promise<void> closed;
    boost::asio::post(threads_.executor(0), [&] {
      client_.close();
      closed.set_value();
    });
    closed.get_future().get();
  }

  std::future<Answer> start(ClientRequest request) {
    return boost::asio::co_spawn(threads_.executor(0), send(std::move(request)), boost::asio::use_future);
  }
  Answer get(std::string target = "/") {
    return start({.method = "GET", .target = std::move(target), .headers = {}, .body = {}}).get();
  }
  Answer post(std::string body) {
    return start({.method = "POST", .target = "/echo", .headers = {}, .body = std::move(body)}).get();
  }
  void close() {
    boost::asio::post(threads_.executor(0), [this] { client_.close(); });
  }

 private:
  Task<Answer> send(ClientRequest request) {
    auto answer = co_await client_.send(request);
    co_return answer;
  }

  IoThreads threads_{"client", 1};
  Client client_;
};

ClientOptions options_for(std::uint16_t port, bool tls = false, std::string host = "127.0.0.1") {
  ClientOptions options;
  options.url = {.tls = tls, .host = std::move(host), .port = port, .path = ""};
  options.request_timeout = 2s;
  return options;
}

std::uint16_t unused_port() {
  boost::asio::io_context loop;
  boost::asio::ip::tcp::acceptor acceptor(loop, {boost::asio::ip::address_v4::loopback(), 0});
  return acceptor.local_endpoint().port();
}

TEST(Client, KeepsItsConnection) {
  TestServer server;
  ClientOnThread client(options_for(server.port()));
  for (int i = 0; i < 20; ++i) {
    const std::string body(static_cast<std::size_t>(i) * 10'000, 'x');
    const Answer answer = client.post(body);
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->status, 200U);
    EXPECT_EQ(answer->body, body);
    EXPECT_EQ(find_header(answer->headers, "content-length"), std::to_string(body.size()));
  }
  EXPECT_EQ(server.statistics().connections_accepted, 1U);
}

TEST(Client, NoticesBeforeSendingThatAKeptConnectionWasClosed) {
  TestServer server({}, {.idle = 50ms});
  ClientOnThread client(options_for(server.port()));
  ASSERT_TRUE(client.get("/hello").has_value());
  await([&] { return server.statistics().connections_open == 0; });
  const Answer again = client.get("/hello");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(server.statistics().connections_accepted, 2U);
}

TEST(Client, AnyStatusIsAnAnswer) {
  TestServer server;
  ClientOnThread client(options_for(server.port()));
  EXPECT_EQ(client.get("/nothing")->status, 404U);
}

TEST(Client, SaysThatNothingWasSentWhenNobodyListens) {
  ClientOnThread client(options_for(unused_port()));
  const Answer answer = client.get();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ClientErrorKind::connect);
  EXPECT_FALSE(answer.error().maybe_sent);
  EXPECT_TRUE(answer.error().message.contains("127.0.0.1")) << answer.error().message;
}

TEST(Client, SaysThatANameHasNoAddress) {
  ClientOnThread client(options_for(80, false, "no-such-host.invalid"));
  const Answer answer = client.get();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ClientErrorKind::resolve);
  EXPECT_FALSE(answer.error().maybe_sent);
}

struct Misbehaviour {
  std::string_view what;
  std::string bytes;
  bool reset;
  ClientErrorKind kind;
};

TEST(Client, TellsBrokenAnswersApart) {
  const std::vector<Misbehaviour> cases{
      {"closed without an answer", "", false, ClientErrorKind::closed},
      {"reset", "", true, ClientErrorKind::closed},
      {"cut within the header", "HTTP/1.1 200 OK\r\nConte", false, ClientErrorKind::closed},
      {"cut within the body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", false, ClientErrorKind::closed},
      {"no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", false, ClientErrorKind::protocol},
      {"a body past the limit", "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n", false, ClientErrorKind::protocol},
      {"an endless header", "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x'), false, ClientErrorKind::protocol},
  };
  for (const Misbehaviour& c : cases) {
    SCOPED_TRACE(c.what);
    HttpTestServer server(
        [&](const TestRequest&) { return TestReply{.bytes = c.bytes, .close = true, .reset = c.reset}; });
    ClientOnThread client(options_for(server.port()));
    const Answer answer = client.post("x");
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, c.kind) << answer.error().message;
    EXPECT_TRUE(answer.error().maybe_sent);
  }
}

TEST(Client, EndsARequestThatIsNotAnsweredInTimeAndUsesANewConnectionAfterwards) {
  std::atomic<int> count{0};
  HttpTestServer server([&](const TestRequest& request) {
    if (count++ == 0) HttpTestServer::wait_for_close(request.socket);
    return TestReply{.bytes = http_answer(204)};
  });
  ClientOptions options = options_for(server.port());
  options.request_timeout = 100ms;
  ClientOnThread client(options);
  const Answer late = client.post("x");
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().kind, ClientErrorKind::timeout);
  EXPECT_TRUE(late.error().maybe_sent);
  const Answer next = client.post("x");
  ASSERT_TRUE(next.has_value()) << next.error().message;
  EXPECT_EQ(next->status, 204U);
}

TEST(Client, SkipsInterimAnswers) {
  HttpTestServer server([](const TestRequest&) {
    return TestReply{.bytes = "HTTP/1.1 100 Continue\r\n\r\n" + http_answer(200, "done")};
  });
  ClientOnThread client(options_for(server.port()));
  EXPECT_EQ(client.post("x")->body, "done");
}

TEST(Client, CloseEndsTheRequestUnderWay) {
  TestServer server;
  ClientOnThread client(options_for(server.port()));
  auto answer = client.start({.method = "POST", .target = "/gated", .headers = {}, .body = "x"});
  await([&] { return server.gated.waiting > 0; });
  client.close();
  const Answer ended = answer.get();
  ASSERT_FALSE(ended.has_value());
  EXPECT_EQ(ended.error().kind, ClientErrorKind::closed);
}

TEST(ClientTls, VerifiesTheCertificateAgainstTheHost) {
  const TestCertificate certificate("127.0.0.1");
  ASSERT_TRUE(certificate.is_made());
  const TlsTestServer server(certificate);
  ClientOptions options = options_for(server.port(), true);
  options.ca_file = certificate.certificate();
  ClientOnThread client(options);
  for (int i = 0; i < 2; ++i) {
    const Answer answer = client.get();
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->body, "secret");
  }
}

TEST(ClientTls, RefusesACertificateThatNobodyVouchesFor) {
  const TestCertificate certificate("127.0.0.1");
  const TlsTestServer server(certificate);
  ClientOnThread client(options_for(server.port(), true));
  const Answer answer = client.get();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ClientErrorKind::tls);
  EXPECT_FALSE(answer.error().maybe_sent);
}

TEST(ClientTls, RefusesTheCertificateOfAnotherHost) {
  const TestCertificate certificate("other.example");
  const TlsTestServer server(certificate);
  ClientOptions options = options_for(server.port(), true);
  options.ca_file = certificate.certificate();
  ClientOnThread client(options);
  const Answer answer = client.get();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ClientErrorKind::tls);
}

TEST(ClientTls, SaysWhichAuthoritiesFileItCannotRead) {
  ClientOptions options = options_for(unused_port(), true);
  options.ca_file = "/nonexistent/ca.pem";
  ClientOnThread client(options);
  const Answer answer = client.get();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ClientErrorKind::tls);
  EXPECT_TRUE(answer.error().message.contains("/nonexistent/ca.pem"));
}

}  // namespace
}  // namespace metricstream::http::test
