// For tests of the server's TLS.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/integration/http/test_server.hpp"
#include "tests/support/test_certificates.hpp"
#include "tests/support/tls_client.hpp"

namespace metricstream::http::test {

using metricstream::test::CertificateFiles;
using metricstream::test::CertificateWish;
using metricstream::test::TestAuthority;
using metricstream::test::TlsClient;
using metricstream::test::TlsClientOptions;

inline std::shared_ptr<const TlsCredentials> credentials(const TlsFiles& files) {
  auto loaded = load_tls(files, SystemClock().now());
  if (!loaded) throw std::runtime_error(loaded.error().message);
  return *loaded;
}

inline std::shared_ptr<const TlsCredentials> credentials(const CertificateFiles& files) {
  return credentials(TlsFiles{.certificate = files.certificate, .key = files.key});
}

class HttpsTestServer : public TestServer {
 public:
  explicit HttpsTestServer(std::shared_ptr<const TlsCredentials> tls, ServerTimeouts timeouts = {})
      : TestServer(ServerOptions{.limits = {}, .timeouts = timeouts}, 2, std::move(tls)) {}
};

// What the client was told, "" when it was served.
inline std::string refusal(const std::function<void()>& use) {
  try {
    use();
    return "";
  } catch (const std::exception& exception) {
    return exception.what();
  }
}

}  // namespace metricstream::http::test
