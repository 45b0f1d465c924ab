#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/http/header.hpp"
#include "common/http/url.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::http {

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";  // path and query, sent as they are; Url::path is not put in front
  Headers headers;           // Host, User-Agent, Content-Length and Connection are added
  std::string body;          // sent as it is: compress it beforehand and say so in a header
};

struct ClientResponse {
  unsigned status = 0;
  Headers headers;
  std::string body;
};

enum class ClientErrorKind {
  resolve,   // the name has no address
  connect,   // refused, unreachable
  tls,       // handshake or certificate
  timeout,   // of the connection or of the whole request
  closed,    // the peer closed or reset the connection before the whole answer came
  protocol,  // what came is no HTTP answer, or is larger than allowed
};
[[nodiscard]] std::string_view to_string(ClientErrorKind kind);

struct ClientError {
  ClientErrorKind kind;
  // True when a byte of the request may have left this process: the peer may have acted on it, now or later.
  bool maybe_sent = false;
  std::string message;  // with the address, for a person
};

struct ClientOptions {
  Url url;
  std::chrono::milliseconds connect_timeout{5'000};   // name, TCP and TLS together
  std::chrono::milliseconds request_timeout{10'000};  // from the first byte sent to the last byte received
  std::chrono::milliseconds max_idle{30'000};         // an older kept connection is not used again
  std::size_t response_header_limit = 16 * 1024;
  std::size_t response_body_limit = 1024 * 1024;
  // SO_LINGER {1,0}: closing (also by the death of the process) discards what the kernel has not sent yet.
  bool discard_unsent_on_close = false;
  // TCP_USER_TIMEOUT: unacknowledged bytes end the connection after this long. 0 is the system's own time.
  std::chrono::milliseconds tcp_user_timeout{0};
  // https: certificates are always verified against the host's name, with the system's authorities or this PEM file.
  std::string ca_file;
  std::string user_agent = "metricstream";
};

// One HTTP/1.1 connection, opened when it is needed and kept alive; one request at a time. Nothing is sent again by
// itself: a kept connection that the peer has closed meanwhile is noticed before sending, every other failure is the
// caller's to judge by `maybe_sent`. All calls on the executor's thread. Cancelling a send() is done by close().
class Client {
 public:
  Client(boost::asio::any_io_executor executor, ClientOptions options);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // `request` must live until the answer. Any status is an answer; only what is no HTTP answer is an error.
  Task<Result<ClientResponse, ClientError>> send(const ClientRequest& request);

  // Drops the connection; a send() that is under way ends with `closed`.
  void close();

  [[nodiscard]] const ClientOptions& options() const;

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace metricstream::http
