#include "common/metrics/process_status.hpp"

#include <gtest/gtest.h>

#include <ctime>

namespace metricstream::metrics {
namespace {

constexpr const char* kStat =
    "1234 (a) b (c) S 1 1234 1234 0 -1 4194560 500 0 0 0 150 50 0 0 20 0 7 0 3000 104857600 2560 18446744073709551615 "
    "1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n";

TEST(ParseProcStat, ReadsFieldsBehindANameWithParentheses) {
  const auto status = parse_proc_stat(kStat, 100, 4096);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->cpu_seconds, 2.0);
  EXPECT_EQ(status->threads, 7);
  EXPECT_EQ(status->start_time_seconds, 30);
  EXPECT_EQ(status->virtual_bytes, 104857600);
  EXPECT_EQ(status->resident_bytes, 2560.0 * 4096);
}

TEST(ParseProcStat, RefusesOtherText) {
  for (const char* text : {"", "1234", "1234 (x) S 1 2 3", "nonsense) x y"})
    EXPECT_FALSE(parse_proc_stat(text, 100, 4096));
}

TEST(ReadProcessStatus, SeesThisProcess) {
  const auto status = read_process_status();
  ASSERT_TRUE(status);
  const auto now = static_cast<double>(std::time(nullptr));
  EXPECT_LE(status->start_time_seconds, now + 2);
  EXPECT_GT(status->start_time_seconds, now - 3600);
  EXPECT_GT(status->resident_bytes, 100'000);
  EXPECT_GE(status->open_fds, 3);
  EXPECT_GE(status->max_fds, status->open_fds);
  EXPECT_GE(status->threads, 1);
}

}  // namespace
}  // namespace metricstream::metrics
