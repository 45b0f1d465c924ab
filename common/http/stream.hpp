// Private to common/http: the bytes of one connection, as they are or under TLS.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/tls_channel.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::http {

// Non-blocking; stays where it is. All calls on the executor's thread, one wait at a time.
class Stream {
 public:
  struct Transfer {
    boost::system::error_code error;  // set: nothing was transferred. `eof` also where TLS has ended
    std::size_t count = 0;
  };

  // `tls`: null for plain bytes; only needed now.
  Stream(boost::asio::ip::tcp::socket socket, const TlsCredentials* tls);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] const boost::asio::ip::tcp::socket& socket() const { return socket_; }
  [[nodiscard]] bool is_tls() const { return tls_.has_value(); }
  [[nodiscard]] auto executor() { return socket_.get_executor(); }

  // Under TLS, first of all. False when it failed.
  Task<bool> handshake();
  // After a failed handshake: the peer has spoken HTTP without TLS.
  [[nodiscard]] bool was_plain_http() const { return tls_ && tls_->was_plain_http(); }
  [[nodiscard]] std::vector<std::string> peer_names() const;
  // Why; empty where the connection has just ended.
  [[nodiscard]] std::string handshake_failure() const { return tls_ ? tls_->failure() : std::string(); }
  // Under TLS: why these credentials would not accept the certificate that the peer has shown; empty where they would,
  // or none was shown.
  [[nodiscard]] std::string reason_to_distrust(const TlsCredentials& credentials) const {
    return tls_->reason_to_distrust(credentials);
  }

  // Something is there without waiting for the socket.
  [[nodiscard]] bool has_pending() const { return tls_ && tls_->has_pending(); }
  // Until the socket has something to be read, be it the end. To be awaited for `auto [error]`.
  auto wait_readable() {
    return socket_.async_wait(boost::asio::socket_base::wait_read, boost::asio::as_tuple(boost::asio::deferred));
  }
  // What is there; `would_block` when nothing is. `space` is not empty.
  Transfer read_now(std::span<char> space);
  Task<Transfer> read_some(std::span<char> space);
  // Of what comes over the socket, whatever it is; for what is not looked at.
  Task<Transfer> discard_some(std::span<char> space);

  // What the kernel takes at once.
  Transfer write_now(std::string_view bytes);
  Task<bool> write(std::string_view bytes);
  // Without TLS even on a TLS connection.
  void write_plain_now(std::string_view bytes);

  // Ends what is being waited for, with an error.
  void cancel();
  // Nothing more is sent; the peer is told so.
  void finish_sending();
  void close();
  // At once, without telling.
  void cut();

 private:
  Task<bool> wait_for(TlsChannel::Status status);

  boost::asio::ip::tcp::socket socket_;
  std::optional<TlsChannel> tls_;
  bool is_cancelled_ = false;  // of the operation under way, when it consists of several
};

}  // namespace metricstream::http
