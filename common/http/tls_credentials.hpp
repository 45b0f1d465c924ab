#pragma once

#include <memory>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace metricstream::http {

// Whether a client has to show a certificate.
enum class ClientAuth {
  none,     // it is not asked
  request,  // it is asked; one that it shows must be valid
  require,
};

// PEM files. `certificate` has the server's own first and the intermediate ones behind it.
struct TlsFiles {
  std::string certificate;
  std::string key;              // without a passphrase
  std::string client_ca = {};   // who signs clients' certificates; needed unless client_auth is none
  std::string client_crl = {};  // which of them are revoked, one list of every authority; empty: none is
  ClientAuth client_auth = ClientAuth::none;
};

// What a server needs to speak TLS: 1.2 and 1.3, suites with authenticated encryption only, no renegotiation, no
// compression, HTTP/1.1 as the only protocol. Where clients are verified, no session is resumed, since a resumed one is
// not verified again. Immutable; any thread.
class TlsCredentials {
 public:
  ~TlsCredentials();
  TlsCredentials(const TlsCredentials&) = delete;
  TlsCredentials& operator=(const TlsCredentials&) = delete;

  // Of the server's own certificate.
  [[nodiscard]] TimeNs not_after() const { return not_after_; }
  // For an operator: that the certificate has expired, or is not valid yet; empty when all is well. Clients refuse such
  // a certificate, but a server that does not start serves nobody.
  [[nodiscard]] const std::string& warning() const { return warning_; }

  // Private to this folder.
  [[nodiscard]] ssl_ctx_st* native() const { return context_; }

 private:
  friend Result<std::shared_ptr<const TlsCredentials>> load_tls(const TlsFiles& files, TimeNs now);
  explicit TlsCredentials(ssl_ctx_st* context) : context_(context) {}
  Result<void> load(const TlsFiles& files, TimeNs now);
  Result<void> load_client_authorities(const TlsFiles& files);
  Result<void> load_revocations(const std::string& file);
  void note_validity(TimeNs now);

  ssl_ctx_st* context_;
  TimeNs not_after_ = 0;
  std::string warning_;
};

// Reads the files (blocks shortly) and checks that they belong together; `now` is for warning(). To change the
// certificate of a running server load anew and give the result to Server::use_tls().
[[nodiscard]] Result<std::shared_ptr<const TlsCredentials>> load_tls(const TlsFiles& files, TimeNs now);

}  // namespace metricstream::http
