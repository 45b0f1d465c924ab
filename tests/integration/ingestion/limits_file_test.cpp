#include <sys/stat.h>

#include <csignal>
#include <filesystem>

#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/key_files.hpp"
#include "tests/integration/ingestion/observation.hpp"

// What may happen to rate_limits.overrides_file; what stands in it is in rate_limit_test.cpp.
namespace metricstream::ingestion::test {
namespace {

class LimitsFileTest : public IngestTest {
 protected:
  TemporaryDirectory directory;
  CapturedLog log;
};

TEST_F(LimitsFileTest, ThatIsNoOrdinaryFileNeitherStopsNorBlocksTheService) {
  const std::string path = directory.file("limits.yaml");
  const std::string good = "clients:\n  c:\n    samples_per_minute: 10\n";
  const std::string success = R"(metricstream_config_last_reload_successful{file="limits"})";
  directory.write("limits.yaml", good);
  IngestSettings settings = settings_for(kafka.brokers());
  settings.rate_limits.overrides_file = path;
  start(settings, log.logger());
  const std::vector<std::pair<std::string, std::function<void()>>> breakages{
      {": is no regular file", [&] { std::filesystem::create_directory(path); }},
      {": is no regular file", [&] { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); }},
      {": has 16777217 bytes, expected 16777216 at most",
       [&] {
         directory.write("limits.yaml", "");
         std::filesystem::resize_file(path, 16 * 1024 * 1024 + 1);
       }},
      {": cannot be read: No such file or directory", [] {}},
  };
  for (const auto& [problem, break_it] : breakages) {
    SCOPED_TRACE(problem);
    const std::size_t told = log.lines({path + problem}).size();
    std::filesystem::remove(path);
    break_it();
    std::raise(SIGHUP);
    EXPECT_TRUE(eventually([&] { return log.lines({path + problem}).size() > told; }));
    EXPECT_TRUE(eventually([&] { return metric(app->admin_port(), success) == 0; }));
    expect_problem(RawHttp(app->port()).post("/metrics", batch_of(11), client_field("c")), 413,
                   "batch-over-rate-limit");
    std::filesystem::remove(path);
    directory.write("limits.yaml", good);
    std::raise(SIGHUP);
    EXPECT_TRUE(eventually([&] { return metric(app->admin_port(), success) == 1; }));
  }
}

}  // namespace
}  // namespace metricstream::ingestion::test
