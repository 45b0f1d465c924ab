#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY
struct x509_st;      // OpenSSL's X509

namespace metricstream::test {

// PEM files of one certificate.
struct CertificateFiles {
  std::string certificate;
  std::string key;
};

// What stands in a certificate that TestAuthority makes; valid from and to: seconds from now.
struct CertificateWish {
  std::string name = "localhost";                                            // of the subject, and of the files
  std::vector<std::string> alternative = {"DNS:localhost", "IP:127.0.0.1"};  // as openssl writes them
  long from = -3600;
  long to = 86'400;
  std::string passphrase = {};  // of the key; empty: none
};

// A certificate authority of a test: makes certificates (ECDSA P-256) in a directory of its own, removed with it.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "authority");
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  // Its own certificate, for those who verify.
  [[nodiscard]] std::string ca_file() const { return directory_ / "ca.pem"; }
  [[nodiscard]] std::filesystem::path directory() const { return directory_; }
  // The same name again replaces the files.
  CertificateFiles issue(const CertificateWish& wish = {}) const;
  // Writes the list of all that are revoked (PEM files of certificates), and returns its file.
  [[nodiscard]] std::string revoke(const std::vector<std::string>& certificates) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
    void operator()(x509_st* certificate) const;
  };
  std::filesystem::path directory_;
  std::unique_ptr<evp_pkey_st, Free> key_;
  std::unique_ptr<x509_st, Free> certificate_;
};

}  // namespace metricstream::test
