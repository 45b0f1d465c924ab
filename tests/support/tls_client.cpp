#include "tests/support/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace metricstream::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
  const unsigned long error = ERR_peek_error();
  const char* const reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  std::string message = what + ": " + (reason ? reason : "connection ended");
  ERR_clear_error();
  throw std::runtime_error(message);
}

void require(bool is_done, const char* what) {
  if (!is_done) fail(what);
}

void set_up(SSL_CTX* context, const TlsClientOptions& options) {
  SSL_CTX_set_security_level(context, 0);  // so that it can offer what a server must refuse
  if (options.version != 0) {
    SSL_CTX_set_min_proto_version(context, options.version);
    SSL_CTX_set_max_proto_version(context, options.version);
  }
  if (!options.suites.empty()) require(SSL_CTX_set_cipher_list(context, options.suites.c_str()) == 1, "suites");
  if (!options.ca_file.empty()) {
    require(SSL_CTX_load_verify_file(context, options.ca_file.c_str()) == 1, "authority");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  }
  if (!options.certificate.empty()) {
    require(SSL_CTX_use_certificate_chain_file(context, options.certificate.c_str()) == 1, "certificate");
    require(SSL_CTX_use_PrivateKey_file(context, options.key.c_str(), SSL_FILETYPE_PEM) == 1, "key");
  }
  if (!options.alpn.empty()) {
    std::vector<unsigned char> list{static_cast<unsigned char>(options.alpn.size())};
    list.insert(list.end(), options.alpn.begin(), options.alpn.end());
    SSL_CTX_set_alpn_protos(context, list.data(), static_cast<unsigned>(list.size()));
  }
}

}  // namespace

void TlsClient::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void TlsClient::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsClient::TlsClient(std::uint16_t port, const TlsClientOptions& options)
    : RawHttp(port, options.patience), context_(SSL_CTX_new(TLS_client_method())) {
  ERR_clear_error();
  set_up(context_.get(), options);
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), socket());
  require(SSL_connect(ssl_.get()) == 1, "handshake");
}

TlsClient::~TlsClient() = default;

long TlsClient::send_some(const char* bytes, std::size_t size) {
  std::size_t count = 0;
  return SSL_write_ex(ssl_.get(), bytes, size, &count) == 1 ? static_cast<long>(count) : -1;
}

long TlsClient::receive_some(char* space, std::size_t size) {
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_read_ex(ssl_.get(), space, size, &count);
  if (result == 1) return static_cast<long>(count);
  const int error = SSL_get_error(ssl_.get(), result);
  was_told_ = error == SSL_ERROR_ZERO_RETURN;
  if (error == SSL_ERROR_WANT_READ) {
    errno = EAGAIN;
    return -1;
  }
  errno = 0;
  if (error == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_error()) != SSL_R_UNEXPECTED_EOF_WHILE_READING) fail("read");
  return 0;
}

std::string TlsClient::version() const { return SSL_get_version(ssl_.get()); }
std::string TlsClient::suite() const { return SSL_get_cipher_name(ssl_.get()); }

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string TlsClient::server_name() const {
  std::array<char, 256> text{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(ssl_.get())), NID_commonName, text.data(),
                            text.size());
  return text.data();
}

bool TlsClient::has_ticket() const { return SSL_SESSION_is_resumable(SSL_get0_session(ssl_.get())) == 1; }

bool ask_over_tls(int socket, const char* request) {
  static SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL* const ssl = SSL_new(context);
  SSL_set_fd(ssl, socket);
  SSL_set_quiet_shutdown(ssl, 1);
  std::array<char, 4096> answer{};
  const bool is_answered = SSL_connect(ssl) == 1 &&
                           SSL_write(ssl, request, static_cast<int>(std::strlen(request))) > 0 &&
                           SSL_read(ssl, answer.data(), static_cast<int>(answer.size())) > 0;
  SSL_free(ssl);
  return is_answered;
}

}  // namespace metricstream::test
