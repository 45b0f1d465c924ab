// Private to common/http: OpenSSL's side of one connection.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/tls_credentials.hpp"

struct ssl_st;  // OpenSSL's SSL

namespace metricstream::http {

// TLS over a non-blocking socket, directly: without the buffers of Asio's stream an idle connection costs a third.
// Nothing here waits: `wants_read` and `wants_write` say what to wait for before the same call is made again.
// One thread.
class TlsChannel {
 public:
  enum class Status { done, wants_read, wants_write, closed, failed };

  // `socket` must stay where it is and outlive the channel.
  TlsChannel(const TlsCredentials& credentials, boost::asio::ip::tcp::socket& socket);
  ~TlsChannel();
  TlsChannel(const TlsChannel&) = delete;
  TlsChannel& operator=(const TlsChannel&) = delete;

  Status handshake();
  // `done`: `count` bytes, at least one.
  Status read(std::span<char> space, std::size_t& count);
  Status write(std::string_view bytes, std::size_t& count);
  // Tells the peer that nothing more comes. Once, without waiting, and not where the channel is broken.
  void close_notify();

  // Bytes that have been received and decrypted: the socket does not announce them.
  [[nodiscard]] bool has_pending() const;
  // Of a failed handshake: the peer has spoken HTTP instead of TLS.
  [[nodiscard]] bool was_plain_http() const { return was_plain_http_; }
  // Of a failed handshake: why, in OpenSSL's words; empty where the connection has just ended.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  // Why these credentials would not accept the certificate that the peer has shown, in OpenSSL's words; empty where
  // they would, or none was shown.
  [[nodiscard]] std::string reason_to_distrust(const TlsCredentials& credentials) const;
  // Subject alternative names of the peer's verified certificate: "DNS:...", "URI:...", "email:...". Names with
  // anything but visible ASCII are left out.
  [[nodiscard]] std::vector<std::string> peer_names() const;

 private:
  Status status_of(int result);
  [[nodiscard]] std::string describe(unsigned long error) const;

  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  std::unique_ptr<ssl_st, Free> ssl_;
  bool is_established_ = false;
  bool is_broken_ = false;
  bool was_plain_http_ = false;
  std::string failure_;
};

}  // namespace metricstream::http
