#include "services/ingestion/reloaded_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <mutex>
#include <stdexcept>

namespace metricstream::ingestion {
namespace {

using testing::HasSubstr;

// One reader, and what became of it. Everything on this thread but the reading itself.
class ReloadedFilesTest : public testing::Test {
 protected:
  [[nodiscard]] Result<void> add(ReloadedFiles::Read read) { return files.add("x", {"/nonexistent"}, std::move(read)); }
  // As on SIGHUP, to its end.
  void reload() {
    files.reload_all();
    executor.restart();
    executor.run();
  }
  [[nodiscard]] bool is_successful() const {
    return registry.expose(metrics::Format::text)
        .contains("metricstream_config_last_reload_successful{file=\"x\"} 1\n");
  }
  [[nodiscard]] std::string log_text() const {
    std::string out;
    for (const std::string& line : lines) out += line + "\n";
    return out;
  }

  SystemClock clock;
  std::vector<std::string> lines;
  std::vector<std::string> ended_tasks;
  boost::asio::io_context executor;
  boost::asio::thread_pool pool{1};
  metrics::Registry registry;
  ReloadedFiles files{executor.get_executor(), pool,
                      Logger({}, [this](std::string_view line) { lines.emplace_back(line); }, clock), registry};
  TaskGroup group{executor.get_executor(),
                  [this](std::string_view child, std::string_view) { ended_tasks.emplace_back(child); }};
};

TEST_F(ReloadedFilesTest, AnExceptionOfTheReaderIsAnErrorAndTheNextReadingIsAsEver) {
  std::string what;
  ASSERT_TRUE(add([&] {
    if (!what.empty()) throw std::runtime_error(what);
    return Reading{.errors = {}, .warnings = {}, .summary = "all"};
  }));
  files.start(group);
  files.stop();
  EXPECT_TRUE(is_successful());
  what = "no memory";
  reload();
  EXPECT_FALSE(is_successful());
  EXPECT_THAT(log_text(), HasSubstr("no memory"));
  EXPECT_THAT(log_text(), HasSubstr("what was in force before stays in force"));
  what.clear();
  reload();
  EXPECT_TRUE(is_successful());
  EXPECT_THAT(ended_tasks, testing::IsEmpty());
}

TEST_F(ReloadedFilesTest, AnExceptionOfTheFirstReadingIsItsError) {
  const auto added = add([]() -> Reading { throw std::runtime_error("no memory"); });
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message, HasSubstr("no memory"));
}

TEST_F(ReloadedFilesTest, ErrorsOfTheFirstReadingAreTheCallersToTellOneALine) {
  const auto added = add([] { return Reading{.errors = {"first", "second"}, .warnings = {"beware"}, .summary = {}}; });
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().message, "first\nsecond");
  ASSERT_EQ(lines.size(), 1U) << log_text();
  EXPECT_THAT(lines[0], HasSubstr("level=warn msg=beware"));
  EXPECT_FALSE(is_successful());
}

TEST_F(ReloadedFilesTest, WhatIsThrownNeedNotBeAnException) {
  const auto added = add([]() -> Reading { throw 1; });
  EXPECT_FALSE(added);
}

}  // namespace
}  // namespace metricstream::ingestion
