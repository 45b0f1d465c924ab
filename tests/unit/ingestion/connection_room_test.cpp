#include "services/ingestion/connection_room.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace metricstream::ingestion {
namespace {

TEST(ConnectionRoom, AllThatAreWantedFitFromTheReserveOn) {
  EXPECT_EQ(fitting_connections(10'000, 10'000 + 256 + 8, 1), 10'000U);
  EXPECT_EQ(fitting_connections(10'000, 10'000 + 256 + 7, 1), 9'999U);
  EXPECT_EQ(fitting_connections(10'000, 10'000 + 256 + 8 * 64, 64), 10'000U);
  EXPECT_EQ(fitting_connections(10'000, 10'000 + 256 + 8 * 64 - 1, 64), 9'999U);
  EXPECT_EQ(fitting_connections(10'000, std::numeric_limits<std::uint64_t>::max(), 1), 10'000U) << "without a limit";
}

TEST(ConnectionRoom, OfFewDescriptorsConnectionsTakeHalf) {
  EXPECT_EQ(fitting_connections(10'000, 1024, 2), 752U);
  EXPECT_EQ(fitting_connections(10'000, 400, 1), 200U);
  EXPECT_EQ(fitting_connections(100, 400, 1), 100U);
  EXPECT_EQ(fitting_connections(10'000, 1, 1), 1U);
  EXPECT_EQ(fitting_connections(10'000, 0, 1), 1U);
}

// Whatever the limit: never more than wanted, never without what the rest needs or half, and no cliff.
TEST(ConnectionRoom, ADescriptorMoreIsAtMostAConnectionMore) {
  for (const std::size_t threads : {1U, 2U, 16U, 256U}) {
    std::uint32_t before = fitting_connections(5'000, 0, threads);
    for (std::uint64_t files = 1; files < 9'000; ++files) {
      const std::uint32_t now = fitting_connections(5'000, files, threads);
      ASSERT_TRUE(now == before || now == before + 1) << files;
      ASSERT_LE(now, 5'000U);
      if (files > 1) ASSERT_LE(now + reserved_files(files, threads), files);
      before = now;
    }
    EXPECT_EQ(before, 5'000U);
  }
}

}  // namespace
}  // namespace metricstream::ingestion
