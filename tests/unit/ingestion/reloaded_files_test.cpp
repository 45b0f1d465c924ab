#include "services/ingestion/reloaded_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <fstream>
#include <functional>
#include <mutex>
#include <stdexcept>

namespace metricstream::ingestion {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

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
                      Logger({}, [this](std::string_view line) { lines.emplace_back(line); }, clock), registry, 1ms};
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

// A file that is there and changes once, and a reader that answers what the test says.
class FailedReadingTest : public ReloadedFilesTest {
 protected:
  FailedReadingTest() { std::ofstream(path) << "1"; }
  ~FailedReadingTest() override {
    files.stop();
    executor.restart();
    executor.run();
  }

  // `errors` are those of the n-th reading behind the first, which succeeds.
  void watch(std::function<std::vector<std::string>(int)> errors) {
    ASSERT_TRUE(files.add("x", {path}, [this, errors = std::move(errors)] {
      const int number = readings++;
      return Reading{.errors = number == 0 ? std::vector<std::string>{} : errors(number),
                     .warnings = {"beware"},
                     .summary = "reading " + std::to_string(number)};
    }));
    files.start(group);
    std::ofstream(path) << "22";
  }
  bool runs_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < end) executor.run_one_for(10ms);
    return condition();
  }
  [[nodiscard]] auto lines_with(const std::string& text) const {
    return std::ranges::count_if(lines, [&](const std::string& line) { return line.contains(text); });
  }

  const std::string path = testing::TempDir() + "failed_reading_test";
  std::atomic<int> readings{0};
};

TEST_F(FailedReadingTest, IsRepeatedUntilItSucceedsThoughTheFileStaysAsItIs) {
  watch([](int number) {
    return number <= 5 ? std::vector<std::string>{"cannot be read: Too many open files"} : std::vector<std::string>{};
  });
  ASSERT_TRUE(runs_until([&] { return lines_with("reading 6") == 1; })) << log_text();
  EXPECT_TRUE(is_successful());
  EXPECT_EQ(lines_with("Too many open files"), 1) << log_text();
  EXPECT_EQ(lines_with("what was in force before stays in force"), 1) << log_text();
  EXPECT_EQ(lines_with("beware"), 3) << "at the start, at the change, and of what is in force now\n" << log_text();
  executor.run_for(30ms);
  EXPECT_EQ(readings, 7) << "and no more";
}

TEST_F(FailedReadingTest, IsToldByTheMetricAndForOtherCausesOnceInAWhile) {
  watch([](int number) { return std::vector<std::string>{number % 2 == 0 ? "one cause" : "another"}; });
  ASSERT_TRUE(runs_until([&] { return readings > 9; })) << log_text();
  EXPECT_FALSE(is_successful());
  EXPECT_EQ(lines_with("one cause"), 1) << log_text();
  EXPECT_LE(lines_with("another"), 2) << log_text();
}

TEST_F(FailedReadingTest, IsToldAgainToWhoChangesTheFileOrSendsSighup) {
  watch([](int) { return std::vector<std::string>{"bad"}; });
  ASSERT_TRUE(runs_until([&] { return readings > 3; }));
  EXPECT_EQ(lines_with("msg=bad"), 1) << log_text();
  files.reload_all();
  ASSERT_TRUE(runs_until([&] { return lines_with("msg=bad") == 2; })) << log_text();
  std::ofstream(path) << "333";
  ASSERT_TRUE(runs_until([&] { return lines_with("msg=bad") == 3; })) << log_text();
}

}  // namespace
}  // namespace metricstream::ingestion
