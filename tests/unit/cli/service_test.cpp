#include "common/cli/service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "common/config/shared_settings.hpp"
#include "tests/support/command_line_fixture.hpp"
#include "tests/unit/cli/one_answer_server.hpp"

namespace metricstream {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Settings {
  int threads = 2;
  Secret token;
  LogSettings log;
  AdminSettings admin{.listen = "127.0.0.1:1"};
};

void describe(config::Schema& schema, Settings& settings) {
  schema.field("threads", settings.threads, "Threads.", config::between(1, 64));
  schema.field("token", settings.token, "A token.");
  schema.unused("later", "not built yet");
  schema.section("log", settings.log, "Logs.");
  schema.section("admin", settings.admin, "Management.");
}

class ServiceTest : public test::CommandLineFixture {
 protected:
  ServiceTest() : directory_(std::filesystem::temp_directory_path() / ("ms_cli_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(directory_);
    service_ = make_service<Settings>("probe", "Does nothing.", [this](const Settings& settings, Logger& logger) {
      ran_with_ = settings;
      logger.info("running");
      if (throws_) throw std::runtime_error("it broke");
      return exit_with_;
    });
    service_.config_file = directory_ / "absent.yaml";
    service_.modes = {{"--first", "Runs first.", [this] { ran_in_ = "first"; }},
                      {"--second", "Runs second.", [this] { ran_in_ = "second"; }}};
  }
  ~ServiceTest() override {
    for (const char* name : {"METRICSTREAM_CONFIG_FILE", "METRICSTREAM_LOG_LEVEL", "METRICSTREAM_HEALTHCHECK_URL"}) {
      ::unsetenv(name);
    }
    std::filesystem::remove_all(directory_);
  }

  std::string file(const std::string& text, const std::string& name = "x.yaml") {
    std::ofstream(directory_ / name) << text;
    return directory_ / name;
  }

  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "metricstream-probe");
    return call([this](int argc, const char* const* argv) { return run_service(argc, argv, service_); }, arguments);
  }

  std::filesystem::path directory_;
  ServiceDefinition service_;
  std::optional<Settings> ran_with_;
  std::string ran_in_ = "service";
  bool throws_ = false;
  int exit_with_ = kExitOk;
};

TEST_F(ServiceTest, RunsWithoutASubCommandAndWithTheDefaultsWhenThereIsNoFile) {
  EXPECT_EQ(run({}), kExitOk);
  ASSERT_TRUE(ran_with_);
  EXPECT_EQ(ran_with_->threads, 2);
  EXPECT_THAT(err_, HasSubstr("level=info msg=running"));
  EXPECT_THAT(out_, IsEmpty());
  EXPECT_EQ(run({"run"}), kExitOk);
}

TEST_F(ServiceTest, ReadsItsOwnFileWhereThatExists) {
  service_.config_file = file("threads: 5\n");
  EXPECT_EQ(run({}), kExitOk);
  EXPECT_EQ(ran_with_->threads, 5);
}

TEST_F(ServiceTest, TakesTheNamedFileBeforeOrBehindTheSubCommand) {
  const std::string name = file("threads: 7\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--config.file", name}, {"--config.file=" + name, "run"}, {"run", "-c", name}}) {
    ran_with_.reset();
    EXPECT_EQ(run(arguments), kExitOk) << err_;
    ASSERT_TRUE(ran_with_);
    EXPECT_EQ(ran_with_->threads, 7);
  }
  ::setenv("METRICSTREAM_CONFIG_FILE", name.c_str(), 1);
  EXPECT_EQ(run({}), kExitOk);
  EXPECT_EQ(ran_with_->threads, 7);
}

TEST_F(ServiceTest, ABadConfigurationIs78WithEveryProblemAndDoesNotRun) {
  EXPECT_EQ(run({"-c", file("threads: 0\nlgo: {}\n")}), kExitConfig);
  EXPECT_FALSE(ran_with_);
  EXPECT_THAT(err_, HasSubstr("x.yaml:1:10: threads: '0': expected an integer from 1 to 64\n"));
  EXPECT_THAT(err_, HasSubstr("x.yaml:2:1: lgo: unknown setting; did you mean 'log'?\n"));
}

TEST_F(ServiceTest, ANamedFileThatCannotBeReadIs78) {
  EXPECT_EQ(run({"-c", directory_ / "none.yaml"}), kExitConfig);
  EXPECT_THAT(err_, HasSubstr("none.yaml: cannot be read: No such file"));
  EXPECT_EQ(run({"-c", directory_}), kExitConfig);
  EXPECT_THAT(err_, HasSubstr("is a directory"));
}

TEST_F(ServiceTest, WarningsAreLoggedAndDoNotStopIt) {
  EXPECT_EQ(run({"-c", file("later: x\n")}), kExitOk);
  EXPECT_TRUE(ran_with_);
  EXPECT_THAT(err_, HasSubstr("level=warn component=config"));
  EXPECT_THAT(err_, HasSubstr("later: not built yet"));
}

TEST_F(ServiceTest, FlagsOverrideTheEnvironmentAndThatTheFile) {
  const std::string name = file("log: {level: debug, format: json}\n");
  EXPECT_EQ(run({"-c", name}), kExitOk);
  EXPECT_EQ(ran_with_->log.level, LogLevel::debug);
  ::setenv("METRICSTREAM_LOG_LEVEL", "warn", 1);
  EXPECT_EQ(run({"-c", name}), kExitOk);
  EXPECT_EQ(ran_with_->log.level, LogLevel::warn);
  EXPECT_EQ(run({"-c", name, "--log.level=error", "--log.format", "logfmt"}), kExitOk);
  EXPECT_EQ(ran_with_->log.level, LogLevel::error);
  EXPECT_EQ(ran_with_->log.format, LogFormat::logfmt);
}

TEST_F(ServiceTest, WrongUsageIs2) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--nonsense"}, {"fly"}, {"--log.level", "loud"}, {"check"}, {"config", "eat"}}) {
    EXPECT_EQ(run(arguments), kExitUsage) << arguments[0];
    EXPECT_THAT(err_, Not(IsEmpty()));
    EXPECT_FALSE(ran_with_);
  }
}

TEST_F(ServiceTest, VersionAndHelpGoToStandardOutput) {
  EXPECT_EQ(run({"--version"}), kExitOk);
  EXPECT_THAT(out_, testing::StartsWith("metricstream-probe, version "));
  EXPECT_EQ(run({"-h"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr("--config.file"));
  EXPECT_THAT(out_, HasSubstr("METRICSTREAM_CONFIG_FILE"));
  EXPECT_THAT(out_, HasSubstr("healthcheck"));
}

TEST_F(ServiceTest, CheckConfigSaysEachFilesState) {
  const std::string good = file("threads: 3\n", "good.yaml");
  const std::string bad = file("threads: x\n", "bad.yaml");
  EXPECT_EQ(run({"check", "config", good}), kExitOk);
  EXPECT_EQ(out_, good + ": ok\n");
  EXPECT_EQ(run({"check", "config", bad, good, directory_ / "none.yaml"}), kExitFailure);
  EXPECT_EQ(out_, good + ": ok\n");
  EXPECT_THAT(err_, HasSubstr("bad.yaml:1:10: threads: 'x'"));
  EXPECT_THAT(err_, HasSubstr("none.yaml: cannot be read"));
  EXPECT_EQ(run({"check", "config"}), kExitOk);
  EXPECT_EQ(out_, "built-in defaults: ok\n");
  EXPECT_FALSE(ran_with_);
}

TEST_F(ServiceTest, CheckConfigNamesAFileThatCannotBeRead) {
  EXPECT_EQ(run({"check", "config", "-c", directory_}), kExitFailure);
  EXPECT_EQ(err_, directory_.string() + ": is a directory, expected a YAML file\n");
  EXPECT_EQ(run({"check", "config", "-c", file("threads: x\n")}), kExitFailure);
  EXPECT_EQ(run({"check", "config", directory_}), kExitFailure);
}

TEST_F(ServiceTest, TakesAConfigurationFromAPipe) {
  const std::string pipe = directory_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::jthread writer([&pipe] { std::ofstream(pipe) << "threads: 9\n"; });
  EXPECT_EQ(run({"-c", pipe}), kExitOk) << err_;
  ASSERT_TRUE(ran_with_);
  EXPECT_EQ(ran_with_->threads, 9);
}

TEST_F(ServiceTest, ConfigDefaultIsAFileThatChecks) {
  EXPECT_EQ(run({"config", "default"}), kExitOk);
  EXPECT_EQ(run({"check", "config", file(out_)}), kExitOk) << err_;
}

TEST_F(ServiceTest, ConfigShowHidesSecretsAndShowsFlags) {
  EXPECT_EQ(run({"config", "show", "-c", file("token: hunter2\n"), "--log.level", "error"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr("token: \"***\""));
  EXPECT_THAT(out_, HasSubstr("level: error"));
  EXPECT_THAT(out_ + err_, Not(HasSubstr("hunter2")));
}

TEST_F(ServiceTest, AModeIsChosenBeforeTheServiceRuns) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--second"}, {"run", "--second"}, {"--second", "run"}}) {
    ran_in_ = "service";
    EXPECT_EQ(run(arguments), kExitOk) << err_;
    EXPECT_TRUE(ran_with_);
    EXPECT_EQ(ran_in_, "second");
  }
  ran_in_ = "service";
  EXPECT_EQ(run({}), kExitOk);
  EXPECT_EQ(ran_in_, "service");
}

TEST_F(ServiceTest, AModeGoesWithNoOtherModeAndNoOtherSubCommand) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--first", "--second"},
                                                    {"--second", "--first"},
                                                    {"--first", "check", "config"},
                                                    {"check", "config", "--first"},
                                                    {"--second", "config", "default"},
                                                    {"--second", "config", "show"},
                                                    {"healthcheck", "--second"}}) {
    EXPECT_EQ(run(arguments), kExitUsage) << arguments[0] << " " << arguments[1];
    EXPECT_THAT(err_, HasSubstr("xcludes"));
    EXPECT_THAT(out_, IsEmpty());
    EXPECT_FALSE(ran_with_);
    EXPECT_EQ(ran_in_, "service");
  }
  EXPECT_EQ(run({"--first=3"}), kExitUsage) << "a flag takes no value";
}

TEST_F(ServiceTest, ModesAreAmongTheOptionsOfTheHelp) {
  EXPECT_EQ(run({"--help"}), kExitOk);
  const std::string options = out_.substr(out_.find("Options:"), out_.find("Subcommands:") - out_.find("Options:"));
  EXPECT_THAT(options, HasSubstr("--first "));
  EXPECT_THAT(options, HasSubstr("Runs first."));
  EXPECT_THAT(options, HasSubstr("--second "));
}

TEST_F(ServiceTest, AnEscapedExceptionIsLoggedAndGives1) {
  throws_ = true;
  EXPECT_EQ(run({}), kExitFailure);
  EXPECT_THAT(err_, HasSubstr("level=error msg=\"stopped by an error\" err=\"it broke\""));
}

TEST_F(ServiceTest, TheServicesOwnExitCodeIsTheProcesss) {
  exit_with_ = 1;
  EXPECT_EQ(run({}), 1);
}

TEST_F(ServiceTest, HealthcheckAsksTheAdminListenerOfTheConfiguration) {
  test::OneAnswerServer server("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(run({"healthcheck", "-c", file("admin: {listen: '" + server.address() + "'}\n")}), kExitOk) << err_;
  EXPECT_THAT(err_, IsEmpty());
}

TEST_F(ServiceTest, HealthcheckFailsInOneLine) {
  test::OneAnswerServer server("HTTP/1.1 500 No\r\n\r\n");
  EXPECT_EQ(run({"healthcheck", "--url", "http://" + server.address()}), kExitFailure);
  EXPECT_EQ(err_, "http://" + server.address() + ": expected status 200, got 'HTTP/1.1 500 No'\n");
  EXPECT_EQ(run({"healthcheck", "-c", file("admin: {listen: ''}\n")}), kExitFailure);
  EXPECT_THAT(err_, HasSubstr("admin.listen is off"));
  ::setenv("METRICSTREAM_HEALTHCHECK_URL", "ftp://x", 1);
  EXPECT_EQ(run({"healthcheck"}), kExitFailure);
  EXPECT_THAT(err_, HasSubstr("'ftp://x': expected a URL"));
}

}  // namespace
}  // namespace metricstream
