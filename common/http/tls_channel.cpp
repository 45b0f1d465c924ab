#include "common/http/tls_channel.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <new>

namespace metricstream::http {
namespace {

using boost::asio::ip::tcp;

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, and keeps a descriptor that may be another's after a close.
int socket_of(BIO* bio) { return static_cast<tcp::socket*>(BIO_get_data(bio))->native_handle(); }

bool is_temporary(ssize_t result) { return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR); }

int write_socket(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = ::send(socket_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (is_temporary(count)) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int read_socket(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = ::recv(socket_of(bio), data, static_cast<std::size_t>(size), 0);
  if (is_temporary(count)) BIO_set_retry_read(bio);
  return static_cast<int>(count);
}

long control_socket(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

struct FreeMethod {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};

BIO* make_bio(tcp::socket& socket) {
  static const std::unique_ptr<BIO_METHOD, FreeMethod> method = [] {
    std::unique_ptr<BIO_METHOD, FreeMethod> made(
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "asio socket"));
    if (!made) throw std::bad_alloc();
    BIO_meth_set_write(made.get(), write_socket);
    BIO_meth_set_read(made.get(), read_socket);
    BIO_meth_set_ctrl(made.get(), control_socket);
    return made;
  }();
  BIO* const bio = BIO_new(method.get());
  if (!bio) throw std::bad_alloc();
  BIO_set_data(bio, &socket);
  BIO_set_init(bio, 1);
  return bio;
}

std::string_view prefix_of(int kind) {
  switch (kind) {
    case GEN_DNS:
      return "DNS:";
    case GEN_URI:
      return "URI:";
    case GEN_EMAIL:
      return "email:";
    default:
      return {};
  }
}

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeVerification {
  void operator()(X509_STORE_CTX* verification) const { X509_STORE_CTX_free(verification); }
};
struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

}  // namespace

void TlsChannel::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsChannel::TlsChannel(const TlsCredentials& credentials, tcp::socket& socket) : ssl_(SSL_new(credentials.native())) {
  if (!ssl_) throw std::bad_alloc();
  BIO* const bio = make_bio(socket);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

TlsChannel::~TlsChannel() = default;

TlsChannel::Status TlsChannel::status_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return Status::done;
    case SSL_ERROR_WANT_READ:
      return Status::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Status::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return Status::closed;
    default:
      is_broken_ = true;
      return Status::failed;
  }
}

TlsChannel::Status TlsChannel::handshake() {
  ERR_clear_error();
  const Status status = status_of(SSL_do_handshake(ssl_.get()));
  is_established_ = status == Status::done;
  const unsigned long error = ERR_peek_error();
  const int reason = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
  was_plain_http_ = status == Status::failed && (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST);
  const bool has_just_ended = error == 0 || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  if (status == Status::failed && !has_just_ended) failure_ = describe(error);
  return status;
}

std::string TlsChannel::describe(unsigned long error) const {
  const long verified = SSL_get_verify_result(ssl_.get());
  if (verified != X509_V_OK) {
    return std::string("the certificate is not accepted: ") + X509_verify_cert_error_string(verified);
  }
  const char* const reason = ERR_reason_error_string(error);
  return std::string("the handshake failed: ") + (reason ? std::string(reason) : "error " + std::to_string(error));
}

TlsChannel::Status TlsChannel::read(std::span<char> space, std::size_t& count) {
  ERR_clear_error();
  return status_of(SSL_read_ex(ssl_.get(), space.data(), space.size(), &count));
}

TlsChannel::Status TlsChannel::write(std::string_view bytes, std::size_t& count) {
  ERR_clear_error();
  return status_of(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count));
}

void TlsChannel::close_notify() {
  const bool is_sent = (SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) != 0;
  if (!is_established_ || is_broken_ || is_sent) return;
  ERR_clear_error();
  if (SSL_shutdown(ssl_.get()) < 0) ERR_clear_error();
}

bool TlsChannel::has_pending() const { return SSL_pending(ssl_.get()) > 0; }

std::string TlsChannel::reason_to_distrust(const TlsCredentials& credentials) const {
  const std::unique_ptr<X509, FreeCertificate> certificate(SSL_get1_peer_certificate(ssl_.get()));
  if (!certificate) return {};
  const std::unique_ptr<X509_STORE_CTX, FreeVerification> verification(X509_STORE_CTX_new());
  if (!verification) throw std::bad_alloc();
  X509_STORE* const store = SSL_CTX_get_cert_store(credentials.native());
  STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(ssl_.get());
  const bool is_trusted = X509_STORE_CTX_init(verification.get(), store, certificate.get(), chain) == 1 &&
                          X509_STORE_CTX_set_default(verification.get(), "ssl_client") == 1 &&
                          X509_verify_cert(verification.get()) == 1;
  ERR_clear_error();
  if (is_trusted) return {};
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(verification.get()));
}

std::vector<std::string> TlsChannel::peer_names() const {
  std::vector<std::string> out;
  const std::unique_ptr<X509, FreeCertificate> certificate(SSL_get1_peer_certificate(ssl_.get()));
  if (!certificate || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return out;
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int kind = 0;
    const auto* value =
        static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &kind));
    const std::string_view prefix = prefix_of(kind);
    if (prefix.empty()) continue;
    const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                           static_cast<std::size_t>(ASN1_STRING_length(value)));
    const bool is_visible = !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
    if (is_visible) out.push_back(std::string(prefix) + text);
  }
  return out;
}

}  // namespace metricstream::http
