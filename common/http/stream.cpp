#include "common/http/stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace metricstream::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Status = TlsChannel::Status;

constexpr auto use_result = asio::as_tuple(asio::deferred);

error_code error_of(Status status) {
  switch (status) {
    case Status::done:
      return {};
    case Status::wants_read:
    case Status::wants_write:
      return asio::error::would_block;
    case Status::closed:
      return asio::error::eof;
    case Status::failed:
      break;
  }
  return asio::error::connection_reset;
}

bool is_waiting(Status status) { return status == Status::wants_read || status == Status::wants_write; }

}  // namespace

Stream::Stream(tcp::socket socket, const TlsCredentials* tls) : socket_(std::move(socket)) {
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  if (tls) tls_.emplace(*tls, socket_);
}

std::vector<std::string> Stream::peer_names() const { return tls_ ? tls_->peer_names() : std::vector<std::string>(); }

// False when it was cancelled, also in the moment in which the socket was ready.
Task<bool> Stream::wait_for(Status status) {
  const auto what = status == Status::wants_write ? tcp::socket::wait_write : tcp::socket::wait_read;
  const auto [error] = co_await socket_.async_wait(what, use_result);
  co_return !error && !is_cancelled_;
}

Task<bool> Stream::handshake() {
  is_cancelled_ = false;
  for (;;) {
    const Status status = tls_->handshake();
    if (!is_waiting(status)) co_return status == Status::done;
    const bool is_ready = co_await wait_for(status);
    if (!is_ready) co_return false;
  }
}

Stream::Transfer Stream::read_now(std::span<char> space) {
  Transfer transfer;
  if (tls_) {
    transfer.error = error_of(tls_->read(space, transfer.count));
  } else {
    transfer.count = socket_.read_some(asio::buffer(space.data(), space.size()), transfer.error);
  }
  return transfer;
}

Task<Stream::Transfer> Stream::read_some(std::span<char> space) {
  if (!tls_) co_return co_await discard_some(space);
  is_cancelled_ = false;
  for (;;) {
    Transfer transfer;
    const Status status = tls_->read(space, transfer.count);
    transfer.error = error_of(status);
    if (!is_waiting(status)) co_return transfer;
    const bool is_ready = co_await wait_for(status);
    if (!is_ready) co_return Transfer{.error = asio::error::operation_aborted};
  }
}

Task<Stream::Transfer> Stream::discard_some(std::span<char> space) {
  const auto [error, count] = co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), use_result);
  co_return Transfer{.error = error, .count = count};
}

Stream::Transfer Stream::write_now(std::string_view bytes) {
  Transfer transfer;
  if (tls_) {
    transfer.error = error_of(tls_->write(bytes, transfer.count));
  } else {
    transfer.count = socket_.write_some(asio::buffer(bytes), transfer.error);
  }
  return transfer;
}

Task<bool> Stream::write(std::string_view bytes) {
  if (!tls_) {
    const auto rest = asio::buffer(bytes);
    const auto [error, count] = co_await asio::async_write(socket_, rest, use_result);
    co_return !error;
  }
  is_cancelled_ = false;
  while (!bytes.empty()) {
    std::size_t count = 0;
    const Status status = tls_->write(bytes, count);
    if (status == Status::done) {
      bytes.remove_prefix(count);
      continue;
    }
    if (!is_waiting(status)) co_return false;
    const bool is_ready = co_await wait_for(status);
    if (!is_ready) co_return false;
  }
  co_return true;
}

void Stream::write_plain_now(std::string_view bytes) {
  error_code ignored;
  socket_.write_some(asio::buffer(bytes), ignored);
}

void Stream::cancel() {
  is_cancelled_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

void Stream::finish_sending() {
  if (tls_) tls_->close_notify();
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Stream::close() {
  if (tls_ && socket_.is_open()) tls_->close_notify();
  cut();
}

void Stream::cut() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace metricstream::http
