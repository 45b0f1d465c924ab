#include "services/ingestion/server_certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

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

TEST(ServerCertificate, WarnsOfAKeyThatOthersCanRead) {
  const std::string path = testing::TempDir() + "key_of_some_mode.pem";
  std::ofstream(path) << "key";
  for (const mode_t good : {0400U, 0600U, 0440U, 0640U, 0700U}) {
    ASSERT_EQ(::chmod(path.c_str(), good), 0);
    EXPECT_EQ(key_file_warning(path), "") << good;
  }
  for (const mode_t bad : {0604U, 0602U, 0601U, 0620U, 0610U, 0644U, 0666U}) {
    ASSERT_EQ(::chmod(path.c_str(), bad), 0);
    EXPECT_TRUE(key_file_warning(path).starts_with(path + ": has mode 0")) << bad;
  }
  EXPECT_TRUE(key_file_warning(path).contains("has mode 0666, expected 0600"));
  std::filesystem::remove(path);
  EXPECT_EQ(key_file_warning(path), "") << "what is not there is told of elsewhere";
}

}  // namespace
}  // namespace metricstream::ingestion
