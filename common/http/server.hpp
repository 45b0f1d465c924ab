#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/http/ip_address.hpp"
#include "common/http/router.hpp"
#include "common/http/tls_credentials.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::http {

// A request at a limit is served, one past it refused.
struct ServerLimits {
  std::size_t header_bytes = 8 * 1024;   // 431
  std::size_t header_fields = 64;        // 431; at most RequestHead::kMaxFields
  std::size_t target_bytes = 1024;       // 414
  std::size_t body_bytes = 1024 * 1024;  // 413
  std::size_t connections = 10'000;      // of the whole server; 503
  // Of one address, or of one IPv6 /64; 503. 0: no limit. Trusted proxies are not counted.
  std::size_t connections_per_address = 0;
};

// Absolute: a deadline is set once and no dribble of bytes moves it.
struct ServerTimeouts {
  // From a request's first byte; on a new connection from its acceptance, TLS included.
  std::chrono::milliseconds header{5'000};
  std::chrono::milliseconds body{10'000};   // from the header's end, plus a second for every 20 kB that has come
  std::chrono::milliseconds write{10'000};  // of one answer
  std::chrono::milliseconds idle{75'000};   // between requests: above the 60 s of common balancers
  // The connection ends behind the first answer after this, told by Connection: close; 0: never. Balancers reuse
  // connections for long.
  std::chrono::milliseconds connection{3'600'000};
};

// Counters of one server; written by all its threads, read by anybody.
struct ServerStatistics {
  std::atomic<std::uint64_t> connections_accepted{0};
  std::atomic<std::uint64_t> connections_refused{0};             // past the limit
  std::atomic<std::uint64_t> connections_refused_by_address{0};  // past the limit of their address
  std::atomic<std::int64_t> connections_open{0};
  std::atomic<std::int64_t> requests_in_flight{0};
  std::atomic<std::uint64_t> timeouts{0};
  std::atomic<std::uint64_t> tls_handshakes{0};  // that succeeded
  std::atomic<std::uint64_t> tls_handshakes_failed{0};
};

enum class TlsRefusal : std::uint8_t {
  handshake,    // it failed
  certificate,  // that an open connection began with is no longer accepted
};

// Told of what is answered, on the connection's thread; must be quick and thread-safe.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void on_request(const RequestHead& head, const Response& response, std::size_t body_bytes,
                          std::chrono::nanoseconds duration) = 0;
  // A connection was turned away, since `most` are open: of the server or, as `why` says, of the address.
  virtual void on_connection_refused(const ProblemType& /*why*/, std::string_view /*address*/, std::size_t /*most*/) {}
  // A connection ends without an answer; `why` is in OpenSSL's words, and nothing of it is the client's. Not where the
  // client has gone before its handshake was done, or has taken too long for it.
  virtual void on_tls_refused(TlsRefusal /*what*/, std::string_view /*address*/, std::string_view /*why*/) {}
  // A thread serves now what became ready so long ago: every few milliseconds while requests come, where
  // ServerOptions::max_delay is not 0.
  virtual void on_delay(std::chrono::nanoseconds /*delay*/) {}
};

struct ServerOptions {
  std::string name = "http";              // in messages
  std::string listen = "127.0.0.1:8080";  // address:port, [v6]:port; port 0 picks a free one
  ServerLimits limits;
  ServerTimeouts timeouts;
  // Peers whose X-Forwarded-For is believed: then RequestHead::remote_address is the address that they name.
  std::vector<AddressRange> trusted_proxies = {};
  // How late a thread may serve what is ready, before its requests are told so (RequestHead::excess_delay). 0: never.
  std::chrono::nanoseconds max_delay{0};
};

// An HTTP/1.1 server: one SO_REUSEPORT acceptor for each executor, a connection stays on the thread that accepted it.
// Keep-alive; pipelined requests are answered in order. Router, observer and executors must outlive it.
class Server {
 public:
  using OnProblem = std::function<void(std::string_view message)>;  // any thread; bugs and accept errors

  Server(std::vector<boost::asio::any_io_executor> executors, const ServerOptions& options, const Router& router,
         RequestObserver* observer, OnProblem on_problem);
  ~Server();  // only after drain(), or once the executors have stopped
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and listens; fails when the port is taken, also by another SO_REUSEPORT server. Connections wait until
  // start().
  Result<void> listen();
  void start();
  [[nodiscard]] std::uint16_t port() const;

  // From now on new connections speak TLS, with these credentials; open ones keep what they have, but are closed at
  // their next request where the certificate that the client has shown would not be accepted any more. Without a call
  // before start() the server speaks plain HTTP. Null changes nothing. Any thread.
  void use_tls(std::shared_ptr<const TlsCredentials> credentials);

  // Stops accepting, closes idle connections, lets requests in flight end (answered with Connection: close) until
  // `deadline` has passed, then cuts what is left. Returns the number of connections cut. Any executor.
  Task<std::size_t> drain(std::chrono::milliseconds deadline);

  [[nodiscard]] const ServerStatistics& statistics() const;

  // Private to this folder.
  struct Shared;
  class Shard;

 private:
  std::unique_ptr<Shared> shared_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace metricstream::http
