// metricstream-agent as it is called: what its own flags do to the whole program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "common/cli/exit_code.hpp"
#include "services/agent/app.hpp"
#include "tests/integration/agent/fake_ingest.hpp"
#include "tests/support/command_line_fixture.hpp"
#include "tests/support/server_process.hpp"

namespace metricstream::agent {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CommandLine : public test::CommandLineFixture {
 protected:
  CommandLine() {
    std::ofstream(config_) << "endpoints: {primary: '" << server_.url() << "'}\n"
                           << "path: {procfs: " << METRICSTREAM_SOURCE_DIR << "/tests/unit/agent/proc/round1}\n"
                           << "collection: {interval: 100ms}\n"
                           << "metrics: {system: {cpu: false, disk: false}}\n"
                           << "timeouts: {shutdown: 500ms}\n"
                           << "admin: {listen: ''}\n";
  }

  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"metricstream-agent", "-c", config_});
    return call(run_program, arguments);
  }

  testing::FakeIngest server_;
  testing::TemporaryDirectory directory_;
  std::string config_ = directory_.path() / "agent.yaml";
};

TEST_F(CommandLine, TestPrintsWhatIsMeasuredAndSendsNothing) {
  EXPECT_EQ(run({"--test"}), kExitOk) << err_;
  EXPECT_THAT(out_, HasSubstr("load.1m 0.4"));
  EXPECT_THAT(server_.requests(), IsEmpty());
}

TEST_F(CommandLine, OnceSendsAndEndsWithoutPrinting) {
  EXPECT_EQ(run({"--once"}), kExitOk) << err_;
  EXPECT_THAT(out_, IsEmpty());
  EXPECT_THAT(server_.stored(), Not(IsEmpty()));
}

TEST_F(CommandLine, OnceFailsWhereNothingWasAcknowledged) {
  server_.otherwise({.status = 401});
  EXPECT_EQ(run({"--once"}), kExitFailure);
  EXPECT_THAT(server_.requests(), Not(IsEmpty()));
}

TEST_F(CommandLine, OnceAndTestAreNotBothPossibleAndNothingHappens) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--once", "--test"}, {"--test", "--once"}, {"--once", "check", "config"}}) {
    EXPECT_EQ(run(arguments), kExitUsage);
    EXPECT_THAT(err_, HasSubstr("xcludes"));
    EXPECT_THAT(out_, IsEmpty());
  }
  EXPECT_THAT(server_.requests(), IsEmpty());
}

TEST_F(CommandLine, TheHelpListsThemAmongTheOptions) {
  EXPECT_EQ(run({"--help"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr("\n  --once"));
  EXPECT_THAT(out_, HasSubstr("\n  --test"));
  EXPECT_LT(out_.find("--test"), out_.find("Subcommands:"));
}

}  // namespace
}  // namespace metricstream::agent
