#include "common/cli/log_flags.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>

namespace metricstream {
namespace {

LogSettings after(const std::string& command_line) {
  CLI::App app;
  LogFlags flags;
  flags.add_to(app, "a note");
  app.parse(command_line);
  LogSettings settings{.level = LogLevel::warn, .format = LogFormat::json};
  flags.apply_to(settings);
  return settings;
}

TEST(LogFlags, GoOverTheSettings) {
  EXPECT_EQ(after("--log.level debug").level, LogLevel::debug);
  EXPECT_EQ(after("--log.level debug").format, LogFormat::json);
  EXPECT_EQ(after("--log.format logfmt").level, LogLevel::warn);
  EXPECT_EQ(after("--log.format logfmt").format, LogFormat::logfmt);
}

TEST(LogFlags, LeaveTheSettingsWhereNotGiven) {
  EXPECT_EQ(after("").level, LogLevel::warn);
  EXPECT_EQ(after("").format, LogFormat::json);
}

TEST(LogFlags, TakeNoOtherWords) {
  EXPECT_THROW(after("--log.level loud"), CLI::ValidationError);
  EXPECT_THROW(after("--log.format xml"), CLI::ValidationError);
}

}  // namespace
}  // namespace metricstream
