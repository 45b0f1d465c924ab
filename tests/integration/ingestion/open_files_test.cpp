// The service as a process whose limit of open files is low.
#include <gtest/gtest.h>

#include <exception>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <vector>

#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/key_files.hpp"
#include "tests/integration/ingestion/observation.hpp"
#include "tests/support/server_process.hpp"

namespace metricstream::ingestion::test {
namespace {

class OpenFilesTest : public ::testing::Test {
 protected:
  // `ulimit` is a command of the shell; Kafka is not there, which makes answers 503 to those who may come in.
  void start(const std::string& ulimit) {
    files.write();
    files.directory().write("yaml", "http: {listen: '127.0.0.1:" + std::to_string(port) +
                                        "', threads: 1, timeouts: {header: 60s}}\n"
                                        "admin: {listen: '127.0.0.1:" +
                                        std::to_string(admin_port) +
                                        "'}\n"
                                        "kafka: {brokers: ['127.0.0.1:1']}\n"
                                        "auth: {mode: api_key, keys_file: '" +
                                        files.keys_path() + "', pepper_file: '" + files.pepper_path() + "'}\n");
    const std::vector<std::string> command{"sh", "-c", ulimit + " && exec \"$0\" --config.file \"$1\"",
                                           METRICSTREAM_INGEST_PROGRAM, files.directory().file("yaml")};
    process.emplace(command, log_file);
    ASSERT_TRUE(process->wait_until_ready([&] { return is_healthy(); })) << log_text();
  }
  [[nodiscard]] bool is_healthy() const {
    try {
      return RawHttp(admin_port).get("/-/healthy").status == 200;
    } catch (const std::exception&) {
      return false;
    }
  }
  [[nodiscard]] std::string log_text() const {
    std::ostringstream out;
    out << std::ifstream(log_file).rdbuf();
    return out.str();
  }

  KeyFiles files;
  const std::string key = files.add("acme");
  const std::string log_file = files.directory().file("log");
  const std::uint16_t port = metricstream::testing::free_port();
  const std::uint16_t admin_port = metricstream::testing::free_port();
  std::optional<metricstream::testing::ServerProcess> process;
};

TEST_F(OpenFilesTest, TheSoftLimitIsRaisedToTheHardOne) {
  start("ulimit -n 600 && ulimit -S -n 100");
  EXPECT_EQ(metric(admin_port, "process_max_fds"), 600);
}

TEST_F(OpenFilesTest, ACrowdThatFindsNoDescriptorsIsRefusedAndNothingElseIs) {
  constexpr std::size_t kFiles = 400;
  constexpr std::size_t kRoom = kFiles / 2;
  start("ulimit -n " + std::to_string(kFiles));
  EXPECT_TRUE(log_text().contains("connections=10000 in_force=200 open_files=400 open_files_wanted=10264"))
      << log_text();
  RawHttp holder(port);
  EXPECT_EQ(holder.post("/metrics", kSample, bearer(key)).status, 503);
  std::vector<std::unique_ptr<RawHttp>> crowd;
  while (crowd.size() < kRoom - 1) crowd.push_back(std::make_unique<RawHttp>(port));
  ASSERT_TRUE(eventually([&] { return metric(admin_port, "metricstream_http_connections_open") == double{kRoom}; }));
  // More than there are descriptors, and none of them lets go.
  while (crowd.size() < 2 * kFiles) {
    crowd.push_back(std::make_unique<RawHttp>(port));
    ASSERT_NO_FATAL_FAILURE(expect_problem(crowd.back()->read(), 503, "too-many-connections"));
  }
  EXPECT_TRUE(is_healthy());
  files.revoke(key);
  files.write();
  EXPECT_TRUE(eventually([&] { return holder.post("/metrics", kSample, bearer(key)).status == 401; })) << log_text();
}

}  // namespace
}  // namespace metricstream::ingestion::test
