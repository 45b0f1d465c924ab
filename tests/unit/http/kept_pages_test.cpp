#include "common/http/kept_pages.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace metricstream::http {
namespace {

using metrics::Format;

class SetClock final : public Clock {
 public:
  [[nodiscard]] TimeNs now() const override { return time; }
  std::atomic<TimeNs> time = 1'700'000'000 * kSecond;
};

class KeptPagesTest : public testing::Test {
 protected:
  std::string get(Format format = Format::text, bool is_gzip = false) {
    return pages.get(format, is_gzip, [this] { return "page " + std::to_string(++made); });
  }

  SetClock clock;
  KeptPages pages{clock};
  std::atomic<int> made = 0;
};

TEST_F(KeptPagesTest, MakesAPageOnceASecond) {
  EXPECT_EQ(get(), "page 1");
  clock.time += kSecond - 1;
  EXPECT_EQ(get(), "page 1");
  clock.time += 1;
  EXPECT_EQ(get(), "page 2");
  EXPECT_EQ(get(), "page 2");
}

TEST_F(KeptPagesTest, KeepsEachFormatAndCodingByItself) {
  int expected = 0;
  for (const Format format : {Format::json, Format::text, Format::openmetrics}) {
    for (const bool is_gzip : {false, true}) EXPECT_EQ(get(format, is_gzip), "page " + std::to_string(++expected));
  }
  EXPECT_EQ(get(Format::text, true), "page 4");
  EXPECT_EQ(made, 6);
}

TEST_F(KeptPagesTest, AClockThatIsSetBackKeepsNothing) {
  EXPECT_EQ(get(), "page 1");
  clock.time -= kHour;
  EXPECT_EQ(get(), "page 2");
}

TEST_F(KeptPagesTest, WhatFailedIsMadeAgain) {
  EXPECT_EQ(get(), "page 1");
  clock.time += kSecond;
  EXPECT_THROW((void)pages.get(Format::text, false, []() -> std::string { throw std::runtime_error("no memory"); }),
               std::runtime_error);
  EXPECT_EQ(get(), "page 2");
}

TEST_F(KeptPagesTest, ManyThreadsShareOnePage) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 1000; ++i) EXPECT_EQ(get(), "page 1");
    });
  }
  threads.clear();
  EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace metricstream::http
