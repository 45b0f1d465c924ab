// Certificates: the server's own as files, and those that clients show.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <fstream>

#include "tests/integration/http/tls_fixture.hpp"

namespace metricstream::http::test {
namespace {

struct MutualTls {
  TestAuthority authority;
  TestAuthority clients{"clients"};
  HttpsTestServer server;

  explicit MutualTls(ClientAuth auth) : server(credentials(files(authority, clients, auth))) {}
  static TlsFiles files(const TestAuthority& authority, const TestAuthority& clients, ClientAuth auth) {
    const CertificateFiles own = authority.issue();
    return {.certificate = own.certificate, .key = own.key, .client_ca = clients.ca_file(), .client_auth = auth};
  }
  // What /hello says to a client that shows the certificate, or why it was refused.
  [[nodiscard]] std::string hello(const CertificateFiles& shown, int version) const {
    std::string body;
    const std::string why = refusal([&] {
      TlsClient client(server.port(), {.certificate = shown.certificate, .key = shown.key, .version = version});
      body = client.get("/hello").body;
    });
    return why.empty() ? body : "refused: " + why;
  }
};

const CertificateWish kAgent{
    .name = "agent",
    .alternative = {"DNS:web-1.example", "URI:spiffe://example/agent", "email:ops@example", "IP:10.0.0.1"}};

TEST(MutualTls, NamesTheClientToHandlers) {
  for (const ClientAuth auth : {ClientAuth::request, ClientAuth::require}) {
    MutualTls tls(auth);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      EXPECT_EQ(tls.hello(tls.clients.issue(kAgent), version),
                "hello 127.0.0.1 tls DNS:web-1.example URI:spiffe://example/agent email:ops@example");
      EXPECT_EQ(tls.hello(tls.clients.issue({.name = "nameless", .alternative = {}}), version), "hello 127.0.0.1 tls");
    }
  }
}

TEST(MutualTls, AcceptsNobodyWithoutACertificateWhereItIsRequired) {
  MutualTls required(ClientAuth::require);
  MutualTls asked(ClientAuth::request);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    EXPECT_TRUE(required.hello({}, version).starts_with("refused: ")) << required.hello({}, version);
    EXPECT_EQ(asked.hello({}, version), "hello 127.0.0.1 tls");
  }
  EXPECT_EQ(required.server.statistics().tls_handshakes, 0U);
}

TEST(MutualTls, RefusesCertificatesThatAreNotValid) {
  const TestAuthority strangers("strangers");
  for (const ClientAuth auth : {ClientAuth::request, ClientAuth::require}) {
    MutualTls tls(auth);
    const auto expired = tls.clients.issue({.name = "expired", .from = -7200, .to = -3600});
    const auto early = tls.clients.issue({.name = "early", .from = 3600});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      EXPECT_TRUE(tls.hello(expired, version).contains("expired")) << tls.hello(expired, version);
      EXPECT_TRUE(tls.hello(early, version).starts_with("refused: "));
      EXPECT_TRUE(tls.hello(strangers.issue(kAgent), version).contains("unknown ca"));
      EXPECT_TRUE(tls.hello(tls.authority.issue(kAgent), version).contains("unknown ca"))
          << "the server's own CA is not theirs";
    }
    EXPECT_EQ(tls.server.statistics().tls_handshakes, 0U);
  }
}

TEST(MutualTls, ResumesNoSessionSinceNobodyWouldBeVerified) {
  MutualTls tls(ClientAuth::require);
  const auto shown = tls.clients.issue(kAgent);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(tls.server.port(), {.certificate = shown.certificate, .key = shown.key, .version = version});
    EXPECT_EQ(client.get("/hello").status, 200);
    EXPECT_FALSE(client.has_ticket());
  }
  HttpsTestServer open(credentials(tls.authority.issue()));
  TlsClient client(open.port());
  EXPECT_EQ(client.get("/hello").status, 200);
  EXPECT_TRUE(client.has_ticket()) << "and elsewhere it may";
}

TEST(MutualTls, RefusesRevokedCertificates) {
  MutualTls tls(ClientAuth::require);
  const auto good = tls.clients.issue({.name = "good", .alternative = {"DNS:good"}});
  const auto lost = tls.clients.issue({.name = "lost", .alternative = {"DNS:lost"}});
  TlsFiles files = MutualTls::files(tls.authority, tls.clients, ClientAuth::require);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    files.client_crl = tls.clients.revoke({});
    tls.server.use_tls(credentials(files));
    TlsClient open(tls.server.port(), {.certificate = lost.certificate, .key = lost.key, .version = version});
    TlsClient other(tls.server.port(), {.certificate = good.certificate, .key = good.key, .version = version});
    EXPECT_EQ(open.get("/hello").body, "hello 127.0.0.1 tls DNS:lost");
    EXPECT_EQ(other.get("/hello").status, 200);
    files.client_crl = tls.clients.revoke({lost.certificate});
    tls.server.use_tls(credentials(files));
    EXPECT_TRUE(tls.hello(lost, version).contains("revoked")) << tls.hello(lost, version);
    EXPECT_EQ(tls.hello(good, version), "hello 127.0.0.1 tls DNS:good");
    open.send("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
    EXPECT_TRUE(open.is_closed()) << "an open connection ends as well";
    EXPECT_EQ(other.get("/hello").body, "hello 127.0.0.1 tls DNS:good");
  }
}

TEST(TlsCredentials, AreReadFromFilesThatBelongTogether) {
  const TestAuthority authority;
  const TimeNs now = SystemClock().now();
  const auto why = [&](const TlsFiles& files) {
    const auto loaded = load_tls(files, now);
    return loaded ? std::string("loaded") : loaded.error().message;
  };
  const CertificateFiles own = authority.issue({.name = "own"});
  const CertificateFiles other = authority.issue({.name = "other"});
  const CertificateFiles locked = authority.issue({.name = "locked", .passphrase = "secret"});
  const std::string garbage = authority.directory() / "garbage.pem";
  std::ofstream(garbage) << "no PEM";
  EXPECT_EQ(why({.certificate = own.certificate, .key = own.key}), "loaded");
  EXPECT_TRUE(why({.certificate = own.certificate, .key = other.key}).contains("does not belong"));
  EXPECT_TRUE(why({.certificate = "/nowhere", .key = own.key}).contains("'/nowhere': No such file"));
  EXPECT_TRUE(why({.certificate = garbage, .key = own.key}).contains(garbage));
  EXPECT_TRUE(why({.certificate = own.certificate, .key = garbage}).contains(garbage));
  EXPECT_TRUE(why({.certificate = locked.certificate, .key = locked.key}).contains("passphrase"));
  EXPECT_TRUE(
      why({.certificate = own.certificate, .key = own.key, .client_auth = ClientAuth::require}).contains("who signs"));
  EXPECT_TRUE(
      why({.certificate = own.certificate, .key = own.key, .client_ca = garbage, .client_auth = ClientAuth::request})
          .contains(garbage));
  EXPECT_TRUE(why({.certificate = own.certificate,
                   .key = own.key,
                   .client_ca = authority.ca_file(),
                   .client_crl = garbage,
                   .client_auth = ClientAuth::request})
                  .contains(garbage));
}

TEST(TlsCredentials, WarnOfACertificateThatIsNotValidNow) {
  const TestAuthority authority;
  const CertificateFiles own = authority.issue({.from = -3600, .to = 3600});
  const TlsFiles files{.certificate = own.certificate, .key = own.key};
  const TimeNs now = SystemClock().now();
  const auto warning = [&](TimeNs at) { return load_tls(files, at).value()->warning(); };
  EXPECT_EQ(warning(now), "");
  EXPECT_TRUE(warning(now + 2 * kHour).contains("expired"));
  EXPECT_TRUE(warning(now - 2 * kHour).contains("not valid before"));
  EXPECT_NEAR(static_cast<double>(load_tls(files, now).value()->not_after() - now) / kSecond, 3600, 10);
}

}  // namespace
}  // namespace metricstream::http::test
