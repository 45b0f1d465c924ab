#include "common/http/client_connection.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "common/http/resolve.hpp"

namespace metricstream::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

// Beast 345 does not take deferred.
constexpr auto use_result = asio::as_tuple(asio::use_awaitable);

using ResponseParser = beast::http::response_parser<beast::http::string_body>;

ClientResponse take_response(ResponseParser& parser) {
  auto message = parser.release();
  ClientResponse response;
  response.status = message.result_int();
  for (const auto& field : message) {
    response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  response.body = std::move(message.body());
  return response;
}

}  // namespace

Client::Connection::Connection(asio::any_io_executor executor, ClientOptions options)
    : executor_(std::move(executor)), options_(std::move(options)) {}

void Client::Connection::drop() {
  if (plain_) plain_->close();
  if (tls_) tls_->next_layer().close();
  plain_.reset();
  tls_.reset();
  buffer_.clear();
}

void Client::Connection::close() {
  is_closing_ = true;
  if (plain_) plain_->close();
  if (tls_) tls_->next_layer().close();
}

// A kept connection on which the peer has said anything (most likely that it closes) is of no use for a new request.
bool Client::Connection::is_reusable() {
  if (!plain_ && !tls_) return false;
  if (Clock::now() - last_used_ > options_.max_idle || buffer_.size() > 0) return false;
  auto& socket = transport().socket();
  if (!socket.is_open()) return false;
  char byte = 0;
  const auto seen = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return seen < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

ClientError Client::Connection::error(ClientErrorKind kind, bool maybe_sent, std::string_view what) const {
  std::string message = (options_.url.tls ? "https://" : "http://") + options_.url.authority() + ": ";
  message += what;
  return ClientError{kind, maybe_sent, std::move(message)};
}

ClientError Client::Connection::error_from(const error_code& ec, ClientErrorKind otherwise, bool maybe_sent) const {
  if (is_closing_) return error(ClientErrorKind::closed, maybe_sent, "closed by us");
  if (ec == beast::error::timeout) return error(ClientErrorKind::timeout, maybe_sent, "no answer in time");
  return error(otherwise, maybe_sent, ec.message());
}

void Client::Connection::set_socket_options() {
  auto& socket = transport().socket();
  error_code ignored;  // an option that the system refuses is no reason not to talk
  socket.set_option(tcp::no_delay(true), ignored);
  if (options_.discard_unsent_on_close) socket.set_option(asio::socket_base::linger(true, 0), ignored);
  if (options_.tcp_user_timeout.count() > 0) {
    using UserTimeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
    socket.set_option(UserTimeout(static_cast<int>(options_.tcp_user_timeout.count())), ignored);
  }
}

Client::Connection::Failure Client::Connection::prepare_tls() {
  if (tls_context_) return std::nullopt;
  tls_context_.emplace(ssl::context::tls_client);
  error_code ec;
  tls_context_->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, ec);
  if (!ec && options_.ca_file.empty()) tls_context_->set_default_verify_paths(ec);
  if (!ec && !options_.ca_file.empty()) tls_context_->load_verify_file(options_.ca_file, ec);
  if (!ec) tls_context_->set_verify_mode(ssl::verify_peer, ec);
  if (!ec) tls_context_->set_verify_callback(ssl::host_name_verification(options_.url.host), ec);
  if (!ec) return std::nullopt;
  tls_context_.reset();
  return error(ClientErrorKind::tls, false, "authorities of '" + options_.ca_file + "': " + ec.message());
}

Task<Client::Connection::Failure> Client::Connection::open() {
  const auto deadline = Clock::now() + options_.connect_timeout;
  if (options_.url.tls) {
    if (auto failure = prepare_tls()) co_return failure;
  }
  auto resolved = co_await resolve(executor_, options_.url.host, options_.url.port, options_.connect_timeout);
  if (is_closing_) co_return error(ClientErrorKind::closed, false, "closed by us");
  if (!resolved) co_return error(ClientErrorKind::resolve, false, resolved.error().message());

  if (options_.url.tls) {
    tls_.emplace(executor_, *tls_context_);
  } else {
    plain_.emplace(executor_);
  }
  transport().expires_at(deadline);
  auto [connect_error, endpoint] = co_await transport().async_connect(*resolved, use_result);
  if (connect_error) co_return error_from(connect_error, ClientErrorKind::connect, false);
  set_socket_options();
  if (options_.url.tls) co_return co_await handshake();
  co_return std::nullopt;
}

Task<Client::Connection::Failure> Client::Connection::handshake() {
  // The name that the server chooses its certificate by; not for addresses (RFC 6066).
  error_code not_an_address;
  asio::ip::make_address(options_.url.host, not_an_address);
  if (not_an_address) SSL_set_tlsext_host_name(tls_->native_handle(), options_.url.host.c_str());
  auto [ec] = co_await tls_->async_handshake(ssl::stream_base::client, use_result);
  if (ec) co_return error_from(ec, ClientErrorKind::tls, false);
  co_return std::nullopt;
}

std::string Client::Connection::write_head(const ClientRequest& request) const {
  std::string head;
  head.reserve(512);
  head.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  head.append("Host: ").append(options_.url.authority()).append("\r\n");
  head.append("User-Agent: ").append(options_.user_agent).append("\r\n");
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
    head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  for (const Header& header : request.headers) {
    head.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  head.append("\r\n");
  return head;
}

template <class Stream>
Task<Client::Connection::Answer> Client::Connection::exchange(Stream& stream, const ClientRequest& request) {
  const auto deadline = Clock::now() + options_.request_timeout;
  const std::string head = write_head(request);
  const std::array<asio::const_buffer, 2> message{asio::buffer(head), asio::buffer(request.body)};
  transport().expires_at(deadline);
  auto [write_error, written] = co_await asio::async_write(stream, message, use_result);
  // Under TLS a record may be on its way although nothing was reported as written.
  const bool maybe_sent = written > 0 || options_.url.tls;
  if (write_error) co_return std::unexpected(error_from(write_error, ClientErrorKind::closed, maybe_sent));

  for (;;) {
    ResponseParser parser;
    parser.header_limit(static_cast<std::uint32_t>(options_.response_header_limit));
    parser.body_limit(options_.response_body_limit);
    parser.skip(request.method == "HEAD");
    transport().expires_at(deadline);
    auto [read_error, bytes] = co_await beast::http::async_read(stream, buffer_, parser, use_result);
    if (read_error) {
      const bool is_protocol =
          read_error.category() == beast::http::make_error_code(beast::http::error::bad_version).category() &&
          read_error != beast::http::error::end_of_stream && read_error != beast::http::error::partial_message;
      const auto kind = is_protocol ? ClientErrorKind::protocol : ClientErrorKind::closed;
      co_return std::unexpected(error_from(read_error, kind, true));
    }
    if (parser.get().result_int() < 200) continue;  // 100 Continue and the like
    const bool keeps = parser.keep_alive();
    ClientResponse response = take_response(parser);
    if (!keeps) drop();
    co_return response;
  }
}

Task<Client::Connection::Answer> Client::Connection::send(const ClientRequest& request) {
  is_closing_ = false;
  const bool is_open = is_reusable();
  if (!is_open) {
    drop();
    Failure failure = co_await open();
    if (failure) {
      drop();
      co_return std::unexpected(std::move(*failure));
    }
  }
  Answer answer = std::unexpected(error(ClientErrorKind::closed, false, "not connected"));
  if (tls_) {
    answer = co_await exchange(*tls_, request);
  } else if (plain_) {
    answer = co_await exchange(*plain_, request);
  }
  if (!answer || is_closing_) drop();
  last_used_ = Clock::now();
  co_return answer;
}

}  // namespace metricstream::http
