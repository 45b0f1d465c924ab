#include "tests/fuzz/fed_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "tests/fuzz/require.hpp"

namespace metricstream::fuzz {
namespace {

using namespace std::chrono_literals;

// Rounds, so that a pause of the machine is none of them.
constexpr int kPatience = 500;

http::ServerOptions options_for(const http::ServerLimits& limits) {
  http::ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.limits = limits;
  // What hangs is found by the fuzzer's own time limit; here it would be a matter of how busy the machine is.
  options.timeouts = {.header = 1min, .body = 1min, .write = 1min, .idle = 1min};
  return options;
}

// The fuzzer watches its time by a signal; on loopback a connection is there all the same.
bool is_interrupted() { return errno == EINTR; }

class Connection {
 public:
  explicit Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    require(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || is_interrupted());
  }
  // Reset, so that no port stays in TIME_WAIT.
  ~Connection() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // What the server has closed for takes nothing more.
  void send(std::string_view bytes) const {
    ssize_t sent = 0;
    do {
      sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    require(sent < 0 || static_cast<std::size_t>(sent) == bytes.size());
  }
  void finish_sending() const { ::shutdown(socket_, SHUT_WR); }
  // Appends what has come. False once the server has closed.
  bool receive(std::string& out) const {
    std::array<char, 16384> block;
    for (;;) {
      const auto count = ::recv(socket_, block.data(), block.size(), MSG_DONTWAIT);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
      if (count <= 0) return false;
      out.append(block.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  int socket_;
};

}  // namespace

class FedServer::Echo final : public http::Handler {
 public:
  std::expected<std::unique_ptr<http::Exchange>, http::Response> begin(const http::RequestHead&) override {
    return std::make_unique<EchoExchange>();
  }

 private:
  class EchoExchange final : public http::Exchange {
   public:
    Task<http::Response> answer(const http::Request& request) override {
      http::Response response;
      response.body = std::string(request.body);
      co_return response;
    }
  };
};

class FedServer::Busy final : public http::Handler {
 public:
  std::expected<std::unique_ptr<http::Exchange>, http::Response> begin(const http::RequestHead&) override {
    return std::unexpected(http::retry_later(http::kTooManyConnections, "busy", 1s));
  }
};

FedServer::FedServer(const http::ServerLimits& limits)
    : echo_(std::make_unique<Echo>()),
      busy_(std::make_unique<Busy>()),
      server_({context_.get_executor()}, options_for(limits), router_, nullptr,
              [](std::string_view) { require(false); }) {
  router_.add("POST", "/echo", *echo_);
  router_.add("POST", "/busy", *busy_);
  router_.get("/hello", [](const http::RequestHead&) {
    http::Response response;
    response.body = "hello";
    return response;
  });
  require(server_.listen().has_value());
  server_.start();
  context_.poll();
}

// Until there is nothing to be done now.
void FedServer::serve() {
  while (context_.poll() > 0) {
  }
}

std::string FedServer::feed(std::span<const std::string_view> pieces) {
  std::string out;
  const Connection connection(server_.port());
  serve();
  for (const std::string_view piece : pieces) {
    connection.send(piece);
    serve();
    connection.receive(out);
  }
  connection.finish_sending();
  serve();
  for (int rounds = 0; connection.receive(out) || server_.statistics().connections_open > 0; ++rounds) {
    require(rounds < kPatience);
    context_.run_one_for(10ms);
  }
  return out;
}

}  // namespace metricstream::fuzz
