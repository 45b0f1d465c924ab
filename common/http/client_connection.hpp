// Private to common/http: the one place besides head_parser.cpp that knows Beast.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "common/http/client.hpp"

namespace metricstream::http {

class Client::Connection {
 public:
  using Answer = Result<ClientResponse, ClientError>;
  using Clock = std::chrono::steady_clock;

  Connection(boost::asio::any_io_executor executor, ClientOptions options);

  Task<Answer> send(const ClientRequest& request);
  void close();
  [[nodiscard]] const ClientOptions& options() const { return options_; }

 private:
  using Plain = boost::beast::tcp_stream;
  using Tls = boost::beast::ssl_stream<Plain>;
  using Failure = std::optional<ClientError>;

  [[nodiscard]] bool is_reusable();
  void drop();
  Plain& transport() { return tls_ ? tls_->next_layer() : *plain_; }

  Task<Failure> open();
  Task<Failure> handshake();
  Failure prepare_tls();
  void set_socket_options();
  std::string write_head(const ClientRequest& request) const;
  template <class Stream>
  Task<Answer> exchange(Stream& stream, const ClientRequest& request);

  ClientError error(ClientErrorKind kind, bool maybe_sent, std::string_view what) const;
  ClientError error_from(const boost::system::error_code& ec, ClientErrorKind otherwise, bool maybe_sent) const;

  boost::asio::any_io_executor executor_;
  ClientOptions options_;
  std::optional<boost::asio::ssl::context> tls_context_;
  std::optional<Plain> plain_;  // one of these two while connected
  std::optional<Tls> tls_;
  boost::beast::flat_buffer buffer_;
  Clock::time_point last_used_;
  bool is_closing_ = false;
};

}  // namespace metricstream::http
