#include "common/cli/command_line.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "tests/support/command_line_fixture.hpp"

namespace metricstream {
namespace {

constexpr int kGoOn = -1;

class CommandLineTest : public test::CommandLineFixture {
 protected:
  // A program with `send NAME [--tag T]` and `setup kafka | influxdb`, and --config.file and --version above them.
  static int parse(int argc, const char* const* argv) {
    CLI::App app("Does nothing.", "probe");
    std::string text;
    app.set_version_flag("--version", "probe 1");
    app.fallthrough();
    app.require_subcommand(1);
    app.add_option("-c,--config.file", text, "A file");
    CLI::App* send = app.add_subcommand("send", "Send");
    send->add_option("NAME", text, "A name")->required();
    send->add_option("--tag", text, "A tag");
    CLI::App* setup = app.add_subcommand("setup", "Set up");
    setup->require_subcommand(1);
    setup->add_subcommand("kafka", "Kafka");
    setup->add_subcommand("influxdb", "InfluxDB");
    return parse_command_line(app, argc, argv).value_or(kGoOn);
  }
  int call(const std::vector<std::string>& words) {
    std::vector<std::string> all{"probe"};
    all.insert(all.end(), words.begin(), words.end());
    return CommandLineFixture::call(&CommandLineTest::parse, all);
  }
};

TEST_F(CommandLineTest, GoesOnSilentlyWithWhatIsRight) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"send", "x"}, {"send", "x", "--tag=y", "-c", "z"}, {"setup", "kafka", "--config.file=z"}}) {
    EXPECT_EQ(call(words), kGoOn) << words.back();
    EXPECT_EQ(out_ + err_, "") << words.back();
  }
}

TEST_F(CommandLineTest, HelpAndVersionAreWhatWasAskedFor) {
  EXPECT_EQ(call({"--version"}), 0);
  EXPECT_EQ(out_, "probe 1\n");
  EXPECT_EQ(call({"setup", "--help"}), 0);
  EXPECT_TRUE(out_.contains("influxdb")) << out_;
  EXPECT_EQ(err_, "");
}

struct Mistake {
  std::vector<std::string> words;
  std::string complaint;
};

TEST_F(CommandLineTest, NamesTheWrongWordAndTheOneMeant) {
  const std::vector<Mistake> mistakes{
      {{}, "probe: expected one of send, setup"},
      {{"sent", "x"}, "probe: unknown command 'sent'; did you mean 'send'?"},
      {{"frobnicate"}, "probe: unknown command 'frobnicate', expected one of send, setup"},
      {{"setup"}, "probe setup: expected one of kafka, influxdb"},
      {{"setup", "kafke"}, "probe setup: unknown command 'kafke'; did you mean 'kafka'?"},
      {{"stup", "kafka"}, "probe: unknown command 'stup'; did you mean 'setup'?"},
      {{"send", "x", "y"}, "probe send: unexpected argument 'y'"},
      {{"--confg.file=f", "send", "x"}, "probe: unknown option --confg.file; did you mean --config.file?"},
      {{"send", "x", "--tga", "y"}, "probe send: unknown option --tga; did you mean --tag?"},
      {{"send", "x", "--confg.file", "y"}, "probe send: unknown option --confg.file; did you mean --config.file?"},
      {{"send", "x", "--zzzzzz"}, "probe send: unknown option --zzzzzz"},
      {{"send"}, "NAME is required"},
      {{"send", "x", "--tag"}, "--tag: 1 required TEXT missing"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(call(mistake.words), 2);
    EXPECT_EQ(err_, mistake.complaint + "\nRun with --help for more information.\n");
    EXPECT_EQ(out_, "");
  }
}

}  // namespace
}  // namespace metricstream
