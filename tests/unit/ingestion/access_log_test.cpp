#include "services/ingestion/access_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "services/ingestion/problem_types.hpp"

namespace metricstream::ingestion {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr std::uint32_t kNoCap = 1'000'000'000;

TEST(AccessSampler, ChoosesTheRatioWithinTwoAtEveryLength) {
  std::mt19937_64 random(20'261'121);
  std::uniform_real_distribution<double> any(0, 1);
  std::vector<double> ratios{0, 1, 0.5, 0.1, 1.0 / 3, 0.999999, 1e-6, 1e-12};
  for (int i = 0; i < 40; ++i) ratios.push_back(i % 2 ? any(random) : std::pow(10.0, -4 * any(random)));
  for (const double ratio : ratios) {
    AccessSampler sampler(ratio, kNoCap, random());
    std::uint64_t logged = 0;
    for (int n = 1; n <= 20'000; ++n) {
      logged += sampler.admit(0).has_value();
      ASSERT_LE(std::abs(static_cast<double>(logged) - n * ratio), 2) << ratio << " after " << n;
    }
  }
}

TEST(AccessSampler, AtZeroChoosesNoneAndAtOneAll) {
  AccessSampler none(0, kNoCap, 1);
  AccessSampler all(1, kNoCap, 1);
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_FALSE(none.admit(i));
    EXPECT_EQ(all.admit(i), 0U);
  }
}

TEST(AccessSampler, SeesEachKindOfAPeriodicTraffic) {
  for (const int period : {2, 4, 10}) {
    AccessSampler sampler(1.0 / period, kNoCap, 7);
    std::vector<int> seen(static_cast<std::size_t>(period));
    for (int i = 0; i < 100'000; ++i) {
      if (sampler.admit(0)) ++seen[static_cast<std::size_t>(i % period)];
    }
    const double expected = 100'000.0 / period / period;
    for (const int count : seen) EXPECT_NEAR(count, expected, 6 * std::sqrt(expected)) << "of " << period;
  }
}

// Beside a model: the same choices, the first `cap` of each second of the clock, and the number of the others in
// between.
TEST(AccessSampler, CapsEachSecondAndTellsHowManyWereLeftOut) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 200; ++round) {
    const double ratio = std::uniform_real_distribution<double>(0.05, 1)(random);
    const auto cap = std::uniform_int_distribution<std::uint32_t>(1, 20)(random);
    const TimeNs step = std::uniform_int_distribution<TimeNs>(1, 100 * kMillisecond)(random);
    const std::uint64_t seed = random();
    AccessSampler capped(ratio, cap, seed);
    AccessSampler free(ratio, kNoCap, seed);
    std::map<TimeNs, std::uint32_t> lines;  // by second
    std::uint64_t left_out = 0;
    TimeNs now = -5 * kSecond;
    for (int i = 0; i < 1000; ++i) {
      now += std::uniform_int_distribution<TimeNs>(0, step)(random);
      const bool is_chosen = free.admit(now).has_value();
      std::optional<std::uint64_t> expected;
      if (is_chosen && lines[floor_to(now, kSecond)] < cap) {
        ++lines[floor_to(now, kSecond)];
        expected = std::exchange(left_out, 0);
      } else if (is_chosen) {
        ++left_out;
      }
      ASSERT_EQ(capped.admit(now), expected) << "round " << round << ", request " << i;
    }
  }
}

TEST(AccessSampler, GoesOnWhenTheClockIsSetBack) {
  AccessSampler sampler(1, 1, 1);
  EXPECT_EQ(sampler.admit(100 * kSecond), 0U);
  EXPECT_FALSE(sampler.admit(100 * kSecond));
  EXPECT_EQ(sampler.admit(5 * kSecond), 1U);
}

class FixedClock final : public Clock {
 public:
  [[nodiscard]] TimeNs now() const override { return time; }
  TimeNs time = 0;
};

class AccessLogTest : public testing::Test {
 protected:
  AccessLog make(double ratio, LogLevel level = LogLevel::info, std::uint32_t cap = 1000) {
    const Logger logger(
        {.level = level, .format = LogFormat::logfmt}, [this](std::string_view line) { lines.emplace_back(line); },
        clock);
    return {{.sample_ratio = ratio, .max_lines_per_second = cap}, logger.with("http"), clock};
  }
  static http::RequestHead head() {
    http::RequestHead out;
    out.method = "POST";
    out.path = "/metrics";
    out.query = "strict=true&token=s3cret";
    out.target = "/metrics?strict=true&token=s3cret";
    out.remote_address = "192.0.2.7";
    out.request_id = "r-1";
    return out;
  }
  static http::Response answer(unsigned status, std::string client) {
    http::Response out;
    out.status = status;
    out.key = client.empty() ? "" : "k-1";
    out.client = std::move(client);
    return out;
  }
  FixedClock clock;
  std::vector<std::string> lines;
};

TEST_F(AccessLogTest, SaysWhoAskedForWhatAndWhatCameOfIt) {
  make(1).on_request(head(), answer(202, "agent-7"), 512, 1500us);
  EXPECT_THAT(lines, ElementsAre("ts=1970-01-01T00:00:00.000Z level=info component=http msg=request method=POST "
                                 "path=/metrics status=202 bytes=512 duration_seconds=0.0015 remote=192.0.2.7 "
                                 "client=agent-7 key=k-1 request_id=r-1 error_id=\"\" suppressed=0"));
}

TEST_F(AccessLogTest, NamesTheErrorOfARefusal) {
  make(1).on_request(head(), http::problem(kUnauthorized, "no"), 0, 1us);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr(" status=401 "));
  EXPECT_THAT(lines[0], HasSubstr(" client=\"\" key=\"\" request_id=r-1 error_id=err-ms-unauthorized "));
}

TEST_F(AccessLogTest, GivesTheDurationAsANumberOfSecondsInMicroseconds) {
  make(1).on_request(head(), answer(202, ""), 0, 150'875ns);
  make(1).on_request(head(), answer(202, ""), 0, 15'000ns);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], HasSubstr(" duration_seconds=0.000151 "));
  EXPECT_THAT(lines[1], HasSubstr(" duration_seconds=0.000015 "));
}

TEST_F(AccessLogTest, CannotBeForgedAndIsBounded) {
  http::RequestHead hostile = head();
  const std::string path = "/a\nts=2026 level=error msg=\"root\"\x1b[2J" + std::string(5000, 'x');
  const std::string method(5000, 'M');
  hostile.path = path;
  hostile.method = method;
  make(1).on_request(hostile, answer(404, ""), 0, 1us);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr(R"(path="/a\nts=2026 level=error msg=\"root\"\x1b[2Jxxx)"));
  EXPECT_EQ(lines[0].find_first_of("\n\r\x1b"), std::string::npos);
  EXPECT_LT(lines[0].size(), 600U);
}

TEST_F(AccessLogTest, LeavesOutTheQueryWhereSecretsMayBe) {
  make(1, LogLevel::debug).on_request(head(), answer(202, ""), 0, 1us);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], Not(HasSubstr("s3cret")));
}

TEST_F(AccessLogTest, WritesNothingWithoutARatioOrAboveInfo) {
  AccessLog off = make(0);
  AccessLog quiet = make(1, LogLevel::warn);
  for (int i = 0; i < 100; ++i) {
    off.on_request(head(), answer(202, ""), 0, 1us);
    quiet.on_request(head(), answer(202, ""), 0, 1us);
  }
  EXPECT_THAT(lines, SizeIs(0));
}

TEST_F(AccessLogTest, AtDebugWritesEveryRequestOnce) {
  AccessLog log = make(0.25, LogLevel::debug, 5);
  for (int i = 0; i < 100; ++i) log.on_request(head(), answer(202, ""), 0, 1us);
  EXPECT_THAT(lines, SizeIs(100));
  EXPECT_EQ(std::ranges::count_if(lines, [](const auto& line) { return line.contains("level=info"); }), 5);
}

TEST_F(AccessLogTest, TellsInTheNextLineHowManyWereLeftOut) {
  AccessLog log = make(1, LogLevel::info, 3);
  for (int i = 0; i < 10; ++i) log.on_request(head(), answer(202, ""), 0, 1us);
  EXPECT_THAT(lines, SizeIs(3));
  clock.time += kSecond;
  log.on_request(head(), answer(202, ""), 0, 1us);
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_THAT(lines[2], HasSubstr(" suppressed=0"));
  EXPECT_THAT(lines[3], HasSubstr(" suppressed=7"));
}

TEST_F(AccessLogTest, CountsExactlyFromManyThreads) {
  AccessLog log = make(0.1);
  const http::RequestHead request = head();
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 2500; ++n) log.on_request(request, answer(202, ""), 0, 1us);
      });
    }
  }
  EXPECT_NEAR(static_cast<double>(lines.size()), 1000, 2);
}

}  // namespace
}  // namespace metricstream::ingestion
