// metricstream-admin as it is called: what it says where, and its exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "common/cli/exit_code.hpp"
#include "services/admin/app.hpp"
#include "tests/support/server_process.hpp"

namespace metricstream::admin {
namespace {

using ::testing::IsEmpty;
using ::testing::StartsWith;

class CommandLine : public ::testing::Test {
 protected:
  CommandLine() {
    for (const char* name : {"METRICSTREAM_CONFIG_FILE", "KAFKA_BROKERS", "INFLUXDB_URL"}) ::unsetenv(name);
  }

  void configure(const std::string& text) { std::ofstream(config_) << text; }

  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "metricstream-admin");
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = run_admin(static_cast<int>(pointers.size()), pointers.data());
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return code;
  }

  testing::TemporaryDirectory directory_;
  std::string config_ = directory_.path() / "aggregator.yaml";
  std::string out_;
  std::string err_;
};

TEST_F(CommandLine, EveryProblemOfTheConfigurationBeginsWithItsPlace) {
  configure("windos: []\nkafka: {partitions: 0}\n");
  const std::string problems = config_ + ":1:1: windos: unknown setting; did you mean 'windows'?\n" + config_ +
                               ":2:21: kafka.partitions: '0': expected an integer from 1 to 10000\n";
  EXPECT_EQ(run({"check", "config", "-c", config_}), kExitFailure);
  EXPECT_EQ(err_, problems);
  EXPECT_THAT(out_, IsEmpty());
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"setup", "kafka"}, {"setup", "influxdb"}, {"tail"}, {"query", "cpu"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), {"-c", config_});
    EXPECT_EQ(run(arguments), kExitConfig) << command.front();
    EXPECT_EQ(err_, problems);
  }
}

TEST_F(CommandLine, AFileThatCannotBeReadIsNamedFirst) {
  EXPECT_EQ(run({"check", "config", "-c", config_}), kExitFailure);
  EXPECT_EQ(err_, config_ + ": cannot be read: No such file or directory\n");
}

TEST_F(CommandLine, AGoodConfigurationIsSaidToBe) {
  configure("kafka: {partitions: 3}\n");
  EXPECT_EQ(run({"check", "config", "-c", config_}), kExitOk);
  EXPECT_EQ(out_, config_ + ": ok\n");
  EXPECT_THAT(err_, IsEmpty());
}

TEST_F(CommandLine, OtherFailuresBeginWithTheProgramsName) {
  EXPECT_EQ(run({"healthcheck", "--url", "ftp://x"}), kExitFailure);
  EXPECT_THAT(err_, StartsWith("metricstream-admin: 'ftp://x': expected a URL"));
  EXPECT_EQ(run({"fly"}), kExitUsage);
}

}  // namespace
}  // namespace metricstream::admin
