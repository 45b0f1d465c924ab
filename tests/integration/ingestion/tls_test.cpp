// The public listener under TLS: its certificate, and clients that are known by theirs.
#include <csignal>

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

class TlsTest : public IngestTest {
 protected:
  [[nodiscard]] IngestSettings settings() const {
    IngestSettings out = settings_for(kafka.brokers());
    out.http.tls.certificate_file = own.certificate;
    out.http.tls.key_file = own.key;
    return out;
  }
  // Whoever shows the certificate that `san` stands in is `client`.
  void start_with_certificates(const std::string& san, const std::string& client) {
    IngestSettings with_keys = settings();
    files.use_in(with_keys);
    with_keys.http.tls.client_ca_file = clients.ca_file();
    with_keys.http.tls.client_certificate = ClientCertificate::request;
    files.write(files.text() + "certificates:\n  - san: \"" + san + "\"\n    client: " + client + "\n");
    start(with_keys);
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
