// metricstream-admin as it is called: what it says where, and its exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "common/cli/exit_code.hpp"
#include "services/admin/app.hpp"
#include "tests/support/command_line_fixture.hpp"
#include "tests/support/server_process.hpp"

namespace metricstream::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class CommandLine : public test::CommandLineFixture {
 protected:
  CommandLine() {
    for (const char* name : {"METRICSTREAM_CONFIG_FILE", "KAFKA_BROKERS", "INFLUXDB_URL"}) ::unsetenv(name);
  }

  void configure(const std::string& text) { std::ofstream(config_) << text; }
  std::string file(const std::string& text, const std::string& name) {
    std::ofstream(directory_.path() / name) << text;
    return directory_.path() / name;
  }

  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "metricstream-admin");
    return call(run_admin, arguments);
  }

  testing::TemporaryDirectory directory_;
  std::string config_ = directory_.path() / "aggregator.yaml";
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

TEST_F(CommandLine, CheckConfigSaysEachFilesState) {
  const std::string good = file("kafka: {brokers: ['a:1']}\n", "good.yaml");
  const std::string bad = file("kafka: {brokers: []}\n", "bad.yaml");
  EXPECT_EQ(run({"check", "config", good}), kExitOk) << err_;
  EXPECT_EQ(out_, good + ": ok\n");
  EXPECT_EQ(run({"check", "config", "-c", good}), kExitOk) << err_;
  EXPECT_EQ(out_, good + ": ok\n");
  EXPECT_EQ(run({"check", "config", bad, good, directory_.path() / "none.yaml"}), kExitFailure);
  EXPECT_EQ(out_, good + ": ok\n");
  EXPECT_THAT(err_, HasSubstr("bad.yaml:1:18: kafka.brokers: expected a list"));
  EXPECT_THAT(err_, HasSubstr("none.yaml: cannot be read: No such file"));
  EXPECT_EQ(run({"check", "config", "-c", bad}), kExitFailure);
}

TEST_F(CommandLine, CheckConfigWithoutAFileChecksTheDefaults) {
  if (std::filesystem::exists("/etc/metricstream/aggregator.yaml")) GTEST_SKIP() << "this machine has a configuration";
  EXPECT_EQ(run({"check", "config"}), kExitOk) << err_;
  EXPECT_EQ(out_, "built-in defaults: ok\n");
}

TEST_F(CommandLine, AConfigurationThatCannotBeReadIsNamed) {
  using Command = std::vector<std::string>;
  for (const auto& [command, exit_code] : {std::pair{Command{"check", "config"}, kExitFailure},
                                           std::pair{Command{"setup", "influxdb", "--dry-run"}, kExitConfig}}) {
    std::vector<std::string> arguments{"-c", directory_.path()};
    arguments.insert(arguments.end(), command.begin(), command.end());
    EXPECT_EQ(run(arguments), exit_code) << command[0];
    EXPECT_EQ(err_, directory_.path().string() + ": is a directory, expected a YAML file\n");
    EXPECT_THAT(out_, IsEmpty());
  }
}

TEST_F(CommandLine, ABodyThatCannotBeReadIsWrongUsageAndNamed) {
  EXPECT_EQ(run({"send", "--dry-run", "--file", directory_.path()}), kExitUsage);
  EXPECT_EQ(err_, "metricstream-admin: --file " + directory_.path().string() + ": cannot be read: Is a directory\n");
  EXPECT_EQ(run({"send", "--dry-run", "--file", directory_.path() / "none"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("none: cannot be read: No such file"));
  EXPECT_EQ(run({"send", "--dry-run", "--file", file("[{}]", "body")}), kExitOk);
  EXPECT_EQ(out_, "POST /api/v1/metrics\n[{}]\n");
}

TEST_F(CommandLine, OtherFailuresBeginWithTheProgramsName) {
  EXPECT_EQ(run({"healthcheck", "--url", "ftp://x"}), kExitFailure);
  EXPECT_THAT(err_, StartsWith("metricstream-admin: 'ftp://x': expected a URL"));
  EXPECT_EQ(run({"fly"}), kExitUsage);
}

}  // namespace
}  // namespace metricstream::admin
