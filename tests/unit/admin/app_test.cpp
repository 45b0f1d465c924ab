// The program's command line, as far as it needs no server.
#include "services/admin/app.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "common/cli/exit_code.hpp"

namespace metricstream::admin {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class AdminTest : public testing::Test {
 protected:
  AdminTest() : directory_(fs::temp_directory_path() / ("ms_admin_" + std::to_string(::getpid()))) {
    fs::create_directories(directory_);
  }
  ~AdminTest() override { fs::remove_all(directory_); }

  std::string file(const std::string& text, const std::string& name) {
    std::ofstream(directory_ / name) << text;
    return directory_ / name;
  }

  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "metricstream-admin");
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = run_admin(static_cast<int>(pointers.size()), pointers.data());
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return code;
  }

  fs::path directory_;
  std::string out_;
  std::string err_;
};

TEST_F(AdminTest, CheckConfigSaysEachFilesState) {
  const std::string good = file("kafka: {brokers: ['a:1']}\n", "good.yaml");
  const std::string bad = file("kafka: {brokers: []}\n", "bad.yaml");
  EXPECT_EQ(run({"check", "config", good}), kExitOk) << err_;
  EXPECT_EQ(out_, good + ": ok\n");
  EXPECT_EQ(run({"check", "config", "-c", good}), kExitOk) << err_;
  EXPECT_EQ(out_, good + ": ok\n");
  EXPECT_EQ(run({"check", "config", bad, good, directory_ / "none.yaml"}), kExitFailure);
  EXPECT_EQ(out_, good + ": ok\n");
  EXPECT_THAT(err_, HasSubstr("bad.yaml:1:18: kafka.brokers: expected a list"));
  EXPECT_THAT(err_, HasSubstr("none.yaml: cannot be read: No such file"));
  EXPECT_EQ(run({"check", "config", "-c", bad}), kExitFailure);
}

TEST_F(AdminTest, CheckConfigWithoutAFileChecksTheDefaults) {
  if (fs::exists("/etc/metricstream/aggregator.yaml")) GTEST_SKIP() << "this machine has a configuration";
  EXPECT_EQ(run({"check", "config"}), kExitOk) << err_;
  EXPECT_EQ(out_, "built-in defaults: ok\n");
}

TEST_F(AdminTest, AConfigurationThatCannotBeReadIsNamed) {
  using Command = std::vector<std::string>;
  for (const auto& [command, exit_code] : {std::pair{Command{"check", "config"}, kExitFailure},
                                           std::pair{Command{"setup", "influxdb", "--dry-run"}, kExitConfig}}) {
    std::vector<std::string> arguments{"-c", directory_};
    arguments.insert(arguments.end(), command.begin(), command.end());
    EXPECT_EQ(run(arguments), exit_code) << command[0];
    EXPECT_EQ(err_, directory_.string() + ": is a directory, expected a YAML file\n");
    EXPECT_THAT(out_, IsEmpty());
  }
}

TEST_F(AdminTest, ABodyThatCannotBeReadIsWrongUsageAndNamed) {
  EXPECT_EQ(run({"send", "--dry-run", "--file", directory_}), kExitUsage);
  EXPECT_EQ(err_, "metricstream-admin: --file " + directory_.string() + ": cannot be read: Is a directory\n");
  EXPECT_EQ(run({"send", "--dry-run", "--file", directory_ / "none"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("none: cannot be read: No such file"));
  EXPECT_EQ(run({"send", "--dry-run", "--file", file("[{}]", "body")}), kExitOk);
  EXPECT_EQ(out_, "POST /api/v1/metrics\n[{}]\n");
}

}  // namespace
}  // namespace metricstream::admin
