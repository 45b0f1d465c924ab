#include "services/ingestion/settings.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "common/config/load.hpp"
#include "common/config/reference.hpp"
#include "services/ingestion/wiring.hpp"

namespace metricstream::ingestion {
namespace {

std::string shipped_file() {
  std::ifstream file(METRICSTREAM_SOURCE_DIR "/config/ingest.yaml");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string problems_of(std::string_view yaml) {
  const auto loaded = config::load<IngestSettings>(yaml, "ingest.yaml");
  return config::text_of(loaded.problems);
}

TEST(Settings, TheShippedFileLoadsAndHoldsTheDefaults) {
  const std::string text = shipped_file();
  ASSERT_FALSE(text.empty());
  auto loaded = config::load<IngestSettings>(text, "ingest.yaml");
  EXPECT_EQ(config::text_of(loaded.problems), "");
  EXPECT_EQ(config::text_of(loaded.warnings), "");
  EXPECT_EQ(config::show_yaml(loaded.settings), config::show_yaml(IngestSettings{}));
}

// Comments may be worded for this file; the settings may not differ.
std::string without_comments(const std::string& text) {
  std::stringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find_first_not_of(' ');
    if (first != std::string::npos && line[first] != '#') out += line + "\n";
  }
  return out;
}

TEST(Settings, TheShippedFileNamesEverySetting) {
  EXPECT_EQ(without_comments(shipped_file()), without_comments(config::default_yaml<IngestSettings>()))
      << "metricstream-ingest config default prints what config/ingest.yaml has to hold";
}

TEST(Settings, MistakesAreNamedWithTheirPlace) {
  EXPECT_TRUE(problems_of("http:\n  lissten: :1\n").contains("ingest.yaml:2:3: http.lissten"))
      << problems_of("http:\n  lissten: :1\n");
  EXPECT_TRUE(problems_of("auth:\n  mode: keys\n").contains("auth.mode"));
  EXPECT_TRUE(problems_of("attributes:\n  time: x\n").contains("time"));
  EXPECT_TRUE(problems_of("attributes:\n  region: \"a\\\\\"\n").contains("attributes"));
  EXPECT_TRUE(problems_of("http:\n  timeouts:\n    acknowledge: 40s\n").contains("http.timeouts.acknowledge"));
}

TEST(Settings, EveryBatchWithinTheLimitsFindsRoomInMemory) {
  const std::string limits = "http:\n  limits:\n    body_size: 2MiB\n    inflated_size: 6MiB\n";
  EXPECT_EQ(problems_of(limits + "admission:\n  in_flight_size: 8MiB\n"), "");
  EXPECT_TRUE(problems_of(limits + "admission:\n  in_flight_size: 8191KiB\n")
                  .contains("admission.in_flight_size: expected at least http.limits.body_size"));
}

TEST(Settings, TlsFilesGoTogether) {
  const auto problems = [](const std::string& tls) { return problems_of("http:\n  tls:\n" + tls); };
  const std::string pair = "    certificate_file: a\n    key_file: b\n";
  const std::string asked = "    client_certificate: require\n";
  EXPECT_EQ(problems(pair), "");
  EXPECT_EQ(problems(pair + asked + "    client_ca_file: c\n    client_crl_file: d\n"), "");
  EXPECT_TRUE(problems("    certificate_file: a\n").contains("http.tls.key_file: expected a file"));
  EXPECT_TRUE(problems("    key_file: b\n").contains("http.tls.certificate_file: expected a file"));
  EXPECT_TRUE(problems(pair + asked).contains("http.tls.client_certificate: needs"));
  EXPECT_TRUE(problems(asked + "    client_ca_file: c\n").contains("http.tls.client_certificate: needs"));
  EXPECT_TRUE(problems(pair + "    client_ca_file: c\n").contains("http.tls.client_ca_file: has no effect"));
  EXPECT_TRUE(problems(pair + "    client_crl_file: d\n").contains("http.tls.client_crl_file: has no effect"));
}

TEST(Settings, ACertificateThatNamesNobodyIsWarnedOf) {
  const auto warnings = [](const std::string& certificate, const std::string& mode) {
    const auto loaded = config::load<IngestSettings>(
        "http:\n  tls:\n    certificate_file: a\n    key_file: b\n" + certificate + "auth:\n  mode: " + mode + "\n",
        "ingest.yaml");
    EXPECT_EQ(config::text_of(loaded.problems), "");
    return config::text_of(loaded.warnings);
  };
  for (const std::string asked : {"request", "require"}) {
    const std::string certificate = "    client_ca_file: c\n    client_certificate: " + asked + "\n";
    const std::string warning = warnings(certificate, "none");
    EXPECT_TRUE(warning.contains("ingest.yaml:6:25: http.tls.client_certificate: ")) << warning;
    EXPECT_TRUE(warning.contains("Set auth.mode to api_key")) << warning;
    EXPECT_EQ(warnings(certificate, "api_key"), "");
  }
  EXPECT_EQ(warnings("", "none"), "");
}

TEST(Settings, TrustedProxiesAreAddressesAndNetworks) {
  EXPECT_EQ(problems_of("http:\n  trusted_proxies: [10.0.0.0/8, \"fd00::/8\", 192.0.2.1]\n"), "");
  EXPECT_TRUE(problems_of("http:\n  trusted_proxies: [balancer]\n").contains("http.trusted_proxies: 'balancer' is no"))
      << problems_of("http:\n  trusted_proxies: [balancer]\n");
  EXPECT_TRUE(problems_of("http:\n  trusted_proxies: [10.0.0.1/8]\n").contains("beyond its prefix"));
}

TEST(Settings, ReachTheParts) {
  IngestSettings settings;
  settings.limits.samples = 7;
  settings.time.max_age = std::chrono::minutes{10};
  settings.http.limits.body_size = ByteSize{2048};
  settings.http.limits.connections_per_address = 9;
  settings.http.timeouts.connection = std::chrono::minutes{7};
  settings.http.trusted_proxies = {"10.0.0.0/8"};
  settings.attributes = {{"datacenter", "fra"}};
  settings.kafka.partitions = 5;
  settings.admission.max_delay = std::chrono::milliseconds{3};
  const IngestOptions options = ingest_options(settings);
  EXPECT_EQ(options.decode.limits.samples, 7U);
  EXPECT_EQ(options.decode.time.max_age, 10 * kMinute);
  EXPECT_EQ(options.body_bytes, 2048U);
  EXPECT_EQ(options.partitions, 5);
  EXPECT_EQ(options.attributes.at("datacenter"), "fra");
  const http::ServerOptions server = public_server_options(settings);
  EXPECT_EQ(server.limits.body_bytes, 2048U);
  EXPECT_EQ(server.limits.connections_per_address, 9U);
  EXPECT_EQ(server.timeouts.connection, std::chrono::minutes{7});
  EXPECT_EQ(server.max_delay, std::chrono::milliseconds{3});
  ASSERT_EQ(server.trusted_proxies.size(), 1U);
  EXPECT_TRUE(server.trusted_proxies[0].contains(*http::IpAddress::parse("10.1.2.3")));
  EXPECT_EQ(producer_settings(settings)->topic, "metrics-raw");
}

}  // namespace
}  // namespace metricstream::ingestion
