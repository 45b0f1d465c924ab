// The public listener under TLS: its certificate, and clients that are known by theirs.
#include <gmock/gmock.h>

#include <csignal>
#include <functional>
#include <map>

#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/key_files.hpp"
#include "tests/integration/ingestion/observation.hpp"
#include "tests/support/test_certificates.hpp"
#include "tests/support/tls_client.hpp"

namespace metricstream::ingestion::test {
namespace {

using metricstream::test::CertificateFiles;
using metricstream::test::TestAuthority;
using metricstream::test::TlsClient;
using metricstream::test::TlsClientOptions;
using ::testing::HasSubstr;

class TlsTest : public IngestTest {
 protected:
  [[nodiscard]] IngestSettings settings() const {
    IngestSettings out = settings_for(kafka.brokers());
    out.http.tls.certificate_file = own.certificate;
    out.http.tls.key_file = own.key;
    return out;
  }
  // With keys, and certificates of `clients`.
  [[nodiscard]] IngestSettings settings_with_keys(ClientCertificate wish = ClientCertificate::request) const {
    IngestSettings out = settings();
    files.use_in(out);
    out.http.tls.client_ca_file = clients.ca_file();
    out.http.tls.client_certificate = wish;
    return out;
  }
  // Whoever shows a certificate that a name of the map stands in is its client.
  void write_certificates(const std::map<std::string, std::string>& clients_by_name) const {
    std::string text = files.text() + "certificates:\n";
    for (const auto& [san, client] : clients_by_name) text += "  - san: \"" + san + "\"\n    client: " + client + "\n";
    files.write(text);
  }
  void start_with_certificates(const std::string& san, const std::string& client) {
    write_certificates({{san, client}});
    start(settings_with_keys());
  }
  // Of a request on a connection of its own; 0 where the connection is refused.
  [[nodiscard]] int status_of(const TlsClientOptions& options, std::string_view fields = {}) const {
    try {
      TlsClient client(app->port(), options);
      return status_or_closed(client, fields);
    } catch (const std::exception&) {
      return 0;
    }
  }
  static int status_or_closed(TlsClient& client, std::string_view fields = {}) {
    try {
      return client.post("/metrics", kSample, fields).status;
    } catch (const std::exception&) {
      return 0;
    }
  }
  [[nodiscard]] TlsClientOptions trusting() const { return {.ca_file = authority.ca_file()}; }
  [[nodiscard]] TlsClientOptions showing(const CertificateFiles& shown) const {
    return {.ca_file = authority.ca_file(), .certificate = shown.certificate, .key = shown.key};
  }
  [[nodiscard]] bool reads_tls(double value) const {
    return eventually([&] {
      return metric(app->admin_port(), R"(metricstream_config_last_reload_successful{file="tls"})") == value;
    });
  }
  [[nodiscard]] std::string shown_name() const { return TlsClient(app->port()).server_name(); }

  TestAuthority authority;
  TestAuthority clients{"clients"};
  const CertificateFiles own = authority.issue({.name = "localhost"});
  KeyFiles files;
  CapturedLog log;
};

TEST_F(TlsTest, StoresWhatComesOverTls) {
  start(settings());
  TlsClient client(app->port(), trusting());
  EXPECT_EQ(client.version(), "TLSv1.3");
  expect_accepted(client.post("/metrics", kSample, client_field("web")));
  ASSERT_EQ(stored_records(kafka).size(), 1U);
  EXPECT_EQ(metric(app->admin_port(), R"(metricstream_tls_handshakes_total{result="success"})"), 1);
  const RawResponse plain = RawHttp(app->port()).post("/metrics", kSample);
  EXPECT_EQ(plain.status, 400);
  EXPECT_TRUE(plain.body.contains("/problems/tls-required")) << plain.body;
}

TEST_F(TlsTest, ShowsANewCertificateWithoutEndingAConnection) {
  start(settings());
  TlsClient open(app->port(), trusting());
  expect_accepted(open.post("/metrics", kSample));
  const double until = metric(app->admin_port(), "metricstream_tls_certificate_not_after_timestamp_seconds");
  // Key and certificate change one after the other: until they belong together the old ones are shown.
  const CertificateFiles fresh = authority.issue({.name = "fresh", .to = 172'800});
  std::filesystem::rename(fresh.key, own.key);
  std::raise(SIGHUP);
  EXPECT_TRUE(reads_tls(0));
  EXPECT_EQ(shown_name(), "localhost");
  std::filesystem::rename(fresh.certificate, own.certificate);
  EXPECT_TRUE(reads_tls(1));
  EXPECT_EQ(shown_name(), "fresh");
  EXPECT_NEAR(metric(app->admin_port(), "metricstream_tls_certificate_not_after_timestamp_seconds") - until, 86'400,
              60);
  expect_accepted(open.post("/metrics", kSample));
  EXPECT_EQ(open.server_name(), "localhost");
}

TEST_F(TlsTest, DoesNotStartWithFilesThatDoNotBelongTogether) {
  IngestSettings bad = settings();
  bad.http.tls.key_file = authority.issue({.name = "other"}).key;
  App app_with_bad_files(bad, Logger::null());
  const auto started = app_with_bad_files.start();
  ASSERT_FALSE(started);
  EXPECT_TRUE(started.error().message.contains("does not belong to the certificate")) << started.error().message;
}

TEST_F(TlsTest, KnowsAClientByItsCertificate) {
  const std::string key_of_acme = files.add("acme");
  const std::string key_of_other = files.add("other");
  const auto shown = clients.issue({.name = "agent", .alternative = {"DNS:elsewhere", "URI:spiffe://example/agent"}});
  const auto unknown = clients.issue({.name = "unknown", .alternative = {"DNS:unknown"}});
  start_with_certificates("URI:spiffe://example/agent", "acme");
  const auto post = [&](const TlsClientOptions& options, const std::string& fields) {
    return TlsClient(app->port(), options).post("/metrics", kSample, fields).status;
  };
  EXPECT_EQ(post(showing(shown), ""), 202);
  EXPECT_EQ(post(showing(shown), bearer(key_of_acme)), 202);
  EXPECT_EQ(post(showing(shown), bearer(key_of_other)), 401) << "two that are not the same";
  EXPECT_EQ(post(showing(shown), bearer("ms_bad_key")), 401) << "a bad key is not mended by a good certificate";
  EXPECT_EQ(post(showing(unknown), ""), 401);
  EXPECT_EQ(post(showing(unknown), bearer(key_of_other)), 202);
  EXPECT_EQ(post(trusting(), ""), 401);
  EXPECT_EQ(post(trusting(), bearer(key_of_other)), 202);
  for (const StoredRecord& stored : stored_records(kafka)) {
    EXPECT_TRUE(stored.record->client_id == "acme" || stored.record->client_id == "other");
  }
}

// Not even with a key, whose client is not what the certificate says, or says beside another.
TEST_F(TlsTest, ACertificateOfTwoClientsIsRefusedWhateverElseIsShown) {
  const std::string key_of_first = files.add("first");
  const std::string key_of_third = files.add("third");
  write_certificates({{"DNS:first", "first"}, {"DNS:second", "second"}, {"DNS:also-first", "first"}});
  start(settings_with_keys());
  const auto ambiguous = clients.issue({.name = "two", .alternative = {"DNS:first", "DNS:second"}});
  for (const std::string& fields : {std::string(), bearer(key_of_third), bearer(key_of_first)}) {
    EXPECT_EQ(status_of(showing(ambiguous), fields), 401);
  }
  const auto same = clients.issue({.name = "one", .alternative = {"DNS:first", "DNS:unknown", "DNS:also-first"}});
  EXPECT_EQ(status_of(showing(same)), 202);
  EXPECT_TRUE(stored_records(kafka).size() == 1);
}

TEST_F(TlsTest, WithRequireNobodyConnectsWithoutACertificate) {
  const std::string key = files.add("acme");
  files.write();
  start(settings_with_keys(ClientCertificate::require));
  const auto shown = clients.issue({.name = "agent", .alternative = {"DNS:agent"}});
  EXPECT_EQ(status_of(trusting(), bearer(key)), 0);
  EXPECT_EQ(status_of(showing(authority.issue({.name = "strange"})), bearer(key)), 0) << "another authority's";
  EXPECT_EQ(status_of(showing(shown), bearer(key)), 202);
}

TEST_F(TlsTest, ARevokedCertificateConnectsNoMore) {
  const auto good = clients.issue({.name = "good", .alternative = {"DNS:good"}});
  const auto stolen = clients.issue({.name = "stolen", .alternative = {"DNS:stolen"}});
  write_certificates({{"DNS:good", "acme"}, {"DNS:stolen", "acme"}});
  IngestSettings with_list = settings_with_keys();
  with_list.http.tls.client_crl_file = clients.revoke({stolen.certificate});
  start(with_list);
  EXPECT_EQ(status_of(showing(good)), 202);
  EXPECT_EQ(status_of(showing(stolen)), 0);
}

// Without SIGHUP: each of the files is watched, whichever of them changes last.
TEST_F(TlsTest, NoticesANewKeyOrRevocationList) {
  const auto shown = clients.issue({.name = "agent", .alternative = {"DNS:agent"}});
  write_certificates({{"DNS:agent", "acme"}});
  IngestSettings with_list = settings_with_keys();
  with_list.http.tls.client_crl_file = clients.revoke({});
  start(with_list);
  const CertificateFiles fresh = authority.issue({.name = "fresh"});
  std::filesystem::rename(fresh.certificate, own.certificate);
  EXPECT_TRUE(reads_tls(0)) << "the key is still the old one";
  std::filesystem::rename(fresh.key, own.key);
  EXPECT_TRUE(eventually([&] { return shown_name() == "fresh"; }));
  EXPECT_EQ(status_of(showing(shown)), 202);
  EXPECT_EQ(clients.revoke({shown.certificate}), with_list.http.tls.client_crl_file) << "in place of the empty one";
  EXPECT_TRUE(eventually([&] { return status_of(showing(shown)) == 0; }));
}

TEST_F(TlsTest, ARevokedCertificateEndsOnOpenConnections) {
  const auto shown = clients.issue({.name = "agent", .alternative = {"DNS:agent"}});
  const auto other = clients.issue({.name = "other", .alternative = {"DNS:other"}});
  write_certificates({{"DNS:agent", "acme"}, {"DNS:other", "acme"}});
  IngestSettings with_list = settings_with_keys();
  with_list.http.tls.client_crl_file = clients.revoke({});
  start(with_list, log.logger());
  TlsClient open(app->port(), showing(shown));
  TlsClient untouched(app->port(), showing(other));
  EXPECT_EQ(open.post("/metrics", kSample).status, 202);
  EXPECT_EQ(untouched.post("/metrics", kSample).status, 202);
  EXPECT_EQ(clients.revoke({shown.certificate}), with_list.http.tls.client_crl_file);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(eventually([&] { return status_or_closed(open) == 0; }));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  EXPECT_EQ(status_of(showing(shown)), 0);
  EXPECT_EQ(untouched.post("/metrics", kSample).status, 202);
  const auto lines =
      log.lines({"reason=client-certificate client=127.0.0.1 ", "no longer accepted: certificate revoked"});
  EXPECT_EQ(lines.size(), 1U);
}

// The line that says why, once it is there; nothing else may be said of clients.
std::string told(const CapturedLog& log) {
  std::vector<std::string> found;
  EXPECT_TRUE(eventually([&] {
    found = log.lines({"level=warn", "msg=refused"});
    return !found.empty();
  }));
  return found.size() == 1 ? found[0] : std::to_string(found.size()) + " lines";
}

TEST_F(TlsTest, TheLogSaysWhyAHandshakeFailed) {
  write_certificates({{"DNS:agent", "acme"}});
  const auto expired = clients.issue({.name = "old-secret", .from = -7200, .to = -3600});
  const auto strange = authority.issue({.name = "strange-secret"});
  const auto stolen = clients.issue({.name = "stolen-secret"});
  IngestSettings wanted = settings_with_keys(ClientCertificate::require);
  wanted.http.tls.client_crl_file = clients.revoke({stolen.certificate});
  const auto why = [&](const std::function<void()>& fail) {
    CapturedLog of_this;
    start(wanted, of_this.logger());
    fail();
    const std::string line = told(of_this);
    EXPECT_TRUE(line.contains(" reason=tls-handshake client=127.0.0.1 ")) << line;
    EXPECT_FALSE(line.contains("secret")) << line;
    app.reset();
    return line;
  };
  const auto connect = [&](const TlsClientOptions& options) { EXPECT_EQ(status_of(options), 0); };
  EXPECT_THAT(why([&] { connect(showing(expired)); }),
              HasSubstr("certificate is not accepted: certificate has expired"));
  EXPECT_THAT(why([&] { connect(showing(strange)); }), HasSubstr("self-signed certificate in certificate chain"));
  EXPECT_THAT(why([&] { connect(showing(stolen)); }), HasSubstr("certificate revoked"));
  EXPECT_THAT(why([&] { connect(trusting()); }), HasSubstr("peer did not return a certificate"));
  EXPECT_THAT(why([&] { connect({.ca_file = clients.ca_file()}); }), HasSubstr("alert unknown ca"));
  EXPECT_THAT(why([&] { EXPECT_EQ(RawHttp(app->port()).get("/secret").status, 400); }), HasSubstr("http request"));
}

// As balancers do that only look whether the port is open.
TEST_F(TlsTest, TheLogSaysNothingOfAConnectionThatEndsBeforeItsHandshake) {
  start(settings(), log.logger());
  {
    const RawHttp silent(app->port());
  }
  EXPECT_TRUE(eventually(
      [&] { return metric(app->admin_port(), R"(metricstream_tls_handshakes_total{result="failure"})") == 1; }));
  app.reset();
  EXPECT_TRUE(log.lines({"msg=refused"}).empty());
}

TEST_F(TlsTest, ACertificateThatIsTakenOutOfTheFileEndsOnOpenConnections) {
  const auto shown = clients.issue({.name = "agent", .alternative = {"DNS:agent"}});
  start_with_certificates("DNS:agent", "acme");
  TlsClient open(app->port(), showing(shown));
  EXPECT_EQ(open.post("/metrics", kSample).status, 202);
  files.write();
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(
      eventually([&] { return TlsClient(app->port(), showing(shown)).post("/metrics", kSample).status == 401; }));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  EXPECT_EQ(open.post("/metrics", kSample).status, 401);
}

}  // namespace
}  // namespace metricstream::ingestion::test
