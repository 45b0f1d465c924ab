#include "services/ingestion/refusal_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace metricstream::ingestion {
namespace {

using testing::HasSubstr;

class SetClock final : public Clock {
 public:
  [[nodiscard]] TimeNs now() const override { return now_; }
  std::atomic<TimeNs> now_ = 1'700'000'000 * kSecond;
};

class RefusalLogTest : public testing::Test {
 protected:
  void refuse(const std::string& client, const std::string& reason = "rate limit") {
    const auto detail = [this] {
      ++details;
      return std::string("samples: 5 asked");
    };
    log.refused(reason, client, detail, "r-1");
  }
  void pass(TimeNs time) { clock.now_ += time; }

  SetClock clock;
  std::vector<std::string> lines;
  std::atomic<int> details = 0;  // how often the text was asked for
  RefusalLog log{Logger({}, [this](std::string_view line) { lines.emplace_back(line); }, clock), clock};
};

TEST_F(RefusalLogTest, WritesALineForEachReasonAndClientInTenSeconds) {
  for (int i = 0; i < 7; ++i) refuse("alice");
  refuse("bob");
  refuse("alice", "overload");
  EXPECT_EQ(lines.size(), 3U);
  pass(10 * kSecond - 1);
  refuse("alice");
  EXPECT_EQ(lines.size(), 3U);
  pass(1);
  refuse("alice");
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_THAT(lines[3], HasSubstr(R"(reason="rate limit" client=alice detail="samples: 5 asked" request_id=r-1)"));
  EXPECT_THAT(lines[3], HasSubstr("suppressed=7 suppressed_others=0"));
}

TEST_F(RefusalLogTest, WritesAHundredLinesInASecondHoweverManyClientsThereAre) {
  for (int i = 0; i < 100; ++i) refuse("c" + std::to_string(i));
  EXPECT_EQ(lines.size(), 100U);
  for (int i = 100; i < 1000; ++i) refuse("c" + std::to_string(i));
  EXPECT_EQ(lines.size(), 100U);
  pass(kSecond);
  refuse("c500");
  ASSERT_EQ(lines.size(), 101U) << "what was left out has not been told";
  EXPECT_THAT(lines[100], HasSubstr("client=c500"));
  EXPECT_THAT(lines[100], HasSubstr("suppressed=0 suppressed_others=900"));
  refuse("c501");
  EXPECT_THAT(lines.back(), HasSubstr("suppressed=0 suppressed_others=0"));
}

TEST_F(RefusalLogTest, MakesTheTextsOfLinesThatAreWrittenOnly) {
  for (int i = 0; i < 1000; ++i) refuse("alice");
  EXPECT_EQ(details, 1);
  for (int i = 0; i < 1000; ++i) refuse("c" + std::to_string(i));
  EXPECT_EQ(details, 100) << "the others are too many for one second";
}

TEST_F(RefusalLogTest, GoesOnWhenTheClockIsSetBack) {
  for (int i = 0; i < 101; ++i) refuse("c" + std::to_string(i));
  pass(-kHour);
  refuse("c0");
  EXPECT_EQ(lines.size(), 101U);
}

long number_after(const std::string& line, const std::string& name) {
  const auto at = line.find(" " + name + "=");
  return at == std::string::npos ? -1 : std::stol(line.substr(at + name.size() + 2));
}

// Every refusal is a line, or counted in a later one: but for the last 10 s, of which no line tells yet.
TEST_F(RefusalLogTest, LosesNoRefusalFromTheCount) {
  std::mt19937 random(20'261'121);
  long refused = 0;
  const auto refuse_some = [&](int clients, int times) {
    for (int i = 0; i < times; ++i, ++refused) refuse("c" + std::to_string(static_cast<int>(random()) % clients));
  };
  for (int round = 0; round < 200; ++round) {
    refuse_some(1 + static_cast<int>(random() % 300), static_cast<int>(random() % 400));
    pass(static_cast<TimeNs>(random() % 2000) * kMillisecond);
  }
  for (int client = -300; client < 300; ++client, ++refused) {
    if (client % 50 == 0) pass(10 * kSecond);
    refuse("c" + std::to_string(client));
  }
  long told = 0;
  for (const std::string& line : lines) {
    told += 1 + number_after(line, "suppressed") + number_after(line, "suppressed_others");
  }
  EXPECT_EQ(told, refused);
}

TEST_F(RefusalLogTest, CountsExactlyFromManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kEach = 500;
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < kEach; ++i) refuse("c" + std::to_string(t * kEach + i));
    });
  }
  threads.clear();
  EXPECT_EQ(lines.size(), 100U);
  pass(kSecond);
  refuse("last");
  EXPECT_EQ(number_after(lines.back(), "suppressed_others"), kThreads * kEach - 100);
}

}  // namespace
}  // namespace metricstream::ingestion
