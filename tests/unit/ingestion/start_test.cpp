#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/cli/exit_code.hpp"
#include "services/ingestion/app.hpp"

// What keeps the service from starting, and how it says so.
namespace metricstream::ingestion {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class StartTest : public testing::Test {
 protected:
  StartTest() {
    settings.http.listen = "127.0.0.1:0";
    settings.http.threads = 1;
    settings.admin.listen = "";
    settings.kafka.brokers = {"127.0.0.1:1"};
  }
  int run() { return run_ingest(settings, log); }
  static std::string file(const std::string& text) {
    std::string path = testing::TempDir() + "start_test.yaml";
    std::ofstream(path) << text;
    return path;
  }

  SystemClock clock;
  std::vector<std::string> lines;
  // What it says itself: Kafka's client complains besides, of a broker that is not there.
  Logger log{{.level = LogLevel::warn},
             [this](std::string_view line) {
               if (!line.contains(" component=kafka ")) lines.emplace_back(line);
             },
             clock};
  IngestSettings settings;
};

TEST_F(StartTest, AFileThatIsNotThereIsABadConfiguration) {
  settings.rate_limits.overrides_file = "/nonexistent/limits.yaml";
  EXPECT_EQ(run(), kExitConfig);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr("msg=\"cannot start\" err=\"/nonexistent/limits.yaml: cannot be read"));
}

TEST_F(StartTest, EachProblemOfAFileIsALine) {
  settings.rate_limits.overrides_file = file("clients:\n  a: {requests_per_second: 0}\n  b: 5\n");
  EXPECT_EQ(run(), kExitConfig);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines, Each(HasSubstr("msg=\"cannot start\"")));
  EXPECT_THAT(lines[0], HasSubstr("clients.a.requests_per_second"));
  EXPECT_THAT(lines[1], HasSubstr("clients.b: expected a section"));
  EXPECT_THAT(lines, Each(Not(HasSubstr("stays in force")))) << "nothing was";
}

TEST_F(StartTest, MissingKeysAndCertificatesAreABadConfigurationToo) {
  settings.auth = {.mode = AuthMode::api_key, .keys_file = "/nonexistent/keys", .pepper_file = "/nonexistent/pepper"};
  EXPECT_EQ(run(), kExitConfig);
  settings.auth = {};
  settings.http.tls.certificate_file = "/nonexistent/certificate";
  settings.http.tls.key_file = "/nonexistent/key";
  EXPECT_EQ(run(), kExitConfig);
}

// Whoever holds it may let it go.
TEST_F(StartTest, APortThatIsTakenMayBeFreeLater) {
  App first(settings, Logger::null());
  ASSERT_TRUE(first.start());
  settings.http.listen = "127.0.0.1:" + std::to_string(first.port());
  EXPECT_EQ(run(), kExitFailure);
  ASSERT_THAT(lines, SizeIs(1));
}

}  // namespace
}  // namespace metricstream::ingestion
