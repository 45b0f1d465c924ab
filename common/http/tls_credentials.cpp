#include "common/http/tls_credentials.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <new>
#include <system_error>

#include "common/base/rfc3339.hpp"

namespace metricstream::http {
namespace {

// Of TLS 1.2; those of 1.3 are all of this kind.
constexpr const char* kSuites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr std::array<unsigned char, 9> kAlpn{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr std::array<unsigned char, 11> kSessionContext{'m', 'e', 't', 'r', 'i', 'c', 's', 't', 'r', 'e', 'm'};

// The first thing that went wrong is the cause; what follows are consequences.
std::unexpected<Error> failure(const std::string& what, const std::string& file) {
  const unsigned long code = ERR_peek_error();
  std::string reason = "OpenSSL does not say why";
  if (ERR_SYSTEM_ERROR(code)) {
    reason = std::generic_category().message(ERR_GET_REASON(code));
  } else if (const char* known = ERR_reason_error_string(code)) {
    reason = known;
  }
  auto error = fail(what + " '" + file + "': " + reason);
  ERR_clear_error();
  return error;
}

// A client that offers protocols, and not this one, is told so in the handshake.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                    void*) {
  unsigned char* chosen = nullptr;
  const int result = SSL_select_next_proto(&chosen, out_size, kAlpn.data(), kAlpn.size(), in, in_size);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Instead of OpenSSL's own, which would ask on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

TimeNs to_time(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) * kSecond : 0;
}

bool set_up(SSL_CTX* context, ClientAuth auth) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  // An idle connection keeps no record buffers; a write may go on from another place with the same bytes.
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(context, kSessionContext.data(), kSessionContext.size());
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  std::size_t tickets = 1;
  if (auth != ClientAuth::none) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    tickets = 0;
  }
  return SSL_CTX_set_num_tickets(context, tickets) == 1 &&
         SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 && SSL_CTX_set_cipher_list(context, kSuites) == 1;
}

}  // namespace

TlsCredentials::~TlsCredentials() { SSL_CTX_free(context_); }

Result<void> TlsCredentials::load(const TlsFiles& files, TimeNs now) {
  ERR_clear_error();
  if (!set_up(context_, files.client_auth)) return failure("cannot set up TLS for", files.certificate);
  if (SSL_CTX_use_certificate_chain_file(context_, files.certificate.c_str()) != 1) {
    return failure("cannot use the certificate", files.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context_, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const unsigned long error = ERR_peek_last_error();
    const bool is_another = ERR_GET_LIB(error) == ERR_LIB_X509 && ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH;
    if (!is_another) return failure("cannot use the key (PEM, without a passphrase)", files.key);
  }
  if (SSL_CTX_check_private_key(context_) != 1) {
    ERR_clear_error();
    return fail("the key '" + files.key + "' does not belong to the certificate '" + files.certificate + "'");
  }
  note_validity(now);
  return files.client_auth == ClientAuth::none ? Result<void>() : load_client_authorities(files);
}

Result<void> TlsCredentials::load_client_authorities(const TlsFiles& files) {
  if (files.client_ca.empty()) return fail("clients are to show a certificate, but no file says who signs them");
  if (SSL_CTX_load_verify_file(context_, files.client_ca.c_str()) != 1) {
    return failure("cannot use the clients' authorities", files.client_ca);
  }
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(files.client_ca.c_str());
  if (!names) return failure("cannot use the clients' authorities", files.client_ca);
  SSL_CTX_set_client_CA_list(context_, names);  // takes them over
  const bool is_required = files.client_auth == ClientAuth::require;
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | (is_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  return files.client_crl.empty() ? Result<void>() : load_revocations(files.client_crl);
}

// From here on a certificate of an authority without a list is refused, as one whose list is out of date is.
Result<void> TlsCredentials::load_revocations(const std::string& file) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context_);
  X509_LOOKUP* const lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (!lookup || X509_load_crl_file(lookup, file.c_str(), X509_FILETYPE_PEM) < 1) {
    return failure("cannot use the revoked certificates", file);
  }
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

void TlsCredentials::note_validity(TimeNs now) {
  const X509* const certificate = SSL_CTX_get0_certificate(context_);
  const TimeNs not_before = to_time(X509_get0_notBefore(certificate));
  not_after_ = to_time(X509_get0_notAfter(certificate));
  if (now < not_before) warning_ = "the certificate is not valid before " + format_rfc3339(not_before);
  if (now > not_after_) warning_ = "the certificate has expired at " + format_rfc3339(not_after_);
}

Result<std::shared_ptr<const TlsCredentials>> load_tls(const TlsFiles& files, TimeNs now) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  if (!context) throw std::bad_alloc();
  std::shared_ptr<TlsCredentials> credentials(new TlsCredentials(context));
  if (auto loaded = credentials->load(files, now); !loaded) return std::unexpected(loaded.error());
  return credentials;
}

}  // namespace metricstream::http
