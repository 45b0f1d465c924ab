#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/support/raw_http.hpp"

struct ssl_st;      // OpenSSL's SSL
struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace metricstream::test {

struct TlsClientOptions {
  std::string ca_file = {};      // whom the server's certificate has to be from; empty: anybody
  std::string certificate = {};  // to be shown, with its key
  std::string key = {};
  int version = 0;          // OpenSSL's number of the only one to be spoken; 0: any
  std::string suites = {};  // of TLS 1.2; empty: any
  std::string alpn = {};    // one protocol to be offered
  std::chrono::milliseconds patience = std::chrono::seconds{10};
};

// RawHttp under TLS. The constructor shakes hands; failures throw std::runtime_error with OpenSSL's reason. Under TLS
// 1.3 a server that refuses the client's certificate is noticed with the first read.
class TlsClient : public RawHttp {
 public:
  explicit TlsClient(std::uint16_t port, const TlsClientOptions& options = {});
  ~TlsClient() override;

  [[nodiscard]] std::string version() const;      // "TLSv1.3"
  [[nodiscard]] std::string suite() const;        // "TLS_AES_128_GCM_SHA256"
  [[nodiscard]] std::string protocol() const;     // chosen by ALPN
  [[nodiscard]] std::string server_name() const;  // common name of the server's certificate
  // Once is_closed(): whether the server had said that it would, as TLS wants it.
  [[nodiscard]] bool was_told_of_the_end() const { return was_told_; }
  // The session ticket of this connection's server: true when it gave one.
  [[nodiscard]] bool has_ticket() const;

 protected:
  long send_some(const char* bytes, std::size_t size) override;
  long receive_some(char* space, std::size_t size) override;

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
    void operator()(ssl_st* ssl) const;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
  std::unique_ptr<ssl_st, Free> ssl_;
  bool was_told_ = false;
};

// Shakes hands on a connected socket, sends `request` and reads something; the connection stays open, what OpenSSL
// knows of it goes. For many connections in one process.
bool ask_over_tls(int socket, const char* request);

}  // namespace metricstream::test
