#include "services/ingestion/server_certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

namespace metricstream::ingestion {
namespace {

using testing::UnorderedElementsAre;

std::vector<std::string> paths_of(const TlsSettings& settings) {
  boost::asio::io_context executor;
  http::Router router;
  http::Server server({executor.get_executor()}, {}, router, nullptr, [](std::string_view) {});
  const SystemClock clock;
  metrics::Registry registry;
  return ServerCertificate(settings, server, clock, registry).paths();
}

// What is not named here is not watched: its change would go unnoticed.
TEST(ServerCertificate, NamesEveryFileThatItReads) {
  TlsSettings settings;
  settings.certificate_file = "certificate";
  settings.key_file = "key";
  EXPECT_THAT(paths_of(settings), UnorderedElementsAre("certificate", "key"));
  settings.client_ca_file = "authority";
  EXPECT_THAT(paths_of(settings), UnorderedElementsAre("certificate", "key", "authority"));
  settings.client_crl_file = "revoked";
  EXPECT_THAT(paths_of(settings), UnorderedElementsAre("certificate", "key", "authority", "revoked"));
}

}  // namespace
}  // namespace metricstream::ingestion
