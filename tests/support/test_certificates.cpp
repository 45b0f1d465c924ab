#include "tests/support/test_certificates.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <stdexcept>

namespace metricstream::test {
namespace {

template <class T>
T* made(T* pointer) {
  if (!pointer) throw std::runtime_error("OpenSSL cannot make a test certificate");
  return pointer;
}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

File open(const std::string& path) { return File(made(std::fopen(path.c_str(), "w"))); }

void add_extension(X509* certificate, const X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, const_cast<X509*>(issuer), certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = made(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* unsigned_certificate(EVP_PKEY* key, const CertificateWish& wish) {
  X509* const certificate = made(X509_new());
  std::uint32_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wish.from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.to);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1, -1, 0);
  X509_set_pubkey(certificate, key);
  return certificate;
}

void write_key(const std::string& path, const EVP_PKEY* key, const std::string& passphrase) {
  const File file = open(path);
  const auto* secret = reinterpret_cast<const unsigned char*>(passphrase.data());
  const EVP_CIPHER* const cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
  PEM_write_PrivateKey(file.get(), key, cipher, secret, static_cast<int>(passphrase.size()), nullptr, nullptr);
}

struct FreeList {
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
};
struct FreeTime {
  void operator()(ASN1_TIME* time) const { ASN1_STRING_free(time); }
};

// EVP_EC_gen() is a macro with a cast that drops const.
EVP_PKEY* new_key() { return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"); }

void write_certificate(const std::string& path, const X509* certificate) {
  const File file = open(path);
  PEM_write_X509(file.get(), certificate);
}

}  // namespace

void TestAuthority::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void TestAuthority::Free::operator()(x509_st* certificate) const { X509_free(certificate); }

TestAuthority::TestAuthority(const std::string& name) : key_(made(new_key())) {
  std::string pattern = std::filesystem::temp_directory_path() / "metricstream-tls-XXXXXX";
  directory_ = made(::mkdtemp(pattern.data()));
  certificate_.reset(unsigned_certificate(key_.get(), {.name = name, .alternative = {}}));
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate_.get(), key_.get(), EVP_sha256());
  write_certificate(ca_file(), certificate_.get());
}

TestAuthority::~TestAuthority() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

CertificateFiles TestAuthority::issue(const CertificateWish& wish) const {
  const std::unique_ptr<EVP_PKEY, Free> key(made(new_key()));
  const std::unique_ptr<X509, Free> certificate(unsigned_certificate(key.get(), wish));
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  std::string names;
  for (const std::string& name : wish.alternative) names += (names.empty() ? "" : ",") + name;
  if (!names.empty()) add_extension(certificate.get(), certificate_.get(), NID_subject_alt_name, names);
  X509_sign(certificate.get(), key_.get(), EVP_sha256());
  CertificateFiles files{.certificate = directory_ / (wish.name + ".pem"),
                         .key = directory_ / (wish.name + "-key.pem")};
  write_certificate(files.certificate, certificate.get());
  write_key(files.key, key.get(), wish.passphrase);
  return files;
}

std::string TestAuthority::revoke(const std::vector<std::string>& certificates) const {
  const std::unique_ptr<X509_CRL, FreeList> list(made(X509_CRL_new()));
  const std::unique_ptr<ASN1_TIME, FreeTime> now(made(X509_gmtime_adj(nullptr, 0)));
  const std::unique_ptr<ASN1_TIME, FreeTime> next(made(X509_gmtime_adj(nullptr, 86'400)));
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
  X509_CRL_set1_lastUpdate(list.get(), now.get());
  X509_CRL_set1_nextUpdate(list.get(), next.get());
  for (const std::string& path : certificates) {
    const File file(made(std::fopen(path.c_str(), "r")));
    const std::unique_ptr<X509, Free> certificate(made(PEM_read_X509(file.get(), nullptr, nullptr, nullptr)));
    X509_REVOKED* const entry = made(X509_REVOKED_new());
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.get()));
    X509_REVOKED_set_revocationDate(entry, now.get());
    X509_CRL_add0_revoked(list.get(), entry);
  }
  X509_CRL_sign(list.get(), key_.get(), EVP_sha256());
  const std::string path = directory_ / "revoked.pem";
  PEM_write_X509_CRL(open(path).get(), list.get());
  return path;
}

}  // namespace metricstream::test
