#include "common/log/logger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include "common/base/text.hpp"
#include "common/log/line.hpp"

namespace metricstream {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

class FixedClock final : public Clock {
 public:
  [[nodiscard]] TimeNs now() const override { return time; }
  TimeNs time = 1'767'323'045'678'999'999;  // 2026-01-02T03:04:05.678999999Z
};

class LoggerTest : public testing::Test {
 protected:
  Logger make(LogFormat format = LogFormat::logfmt, LogLevel level = LogLevel::info) {
    return Logger(
        {.level = level, .format = format}, [this](std::string_view line) { lines.emplace_back(line); }, clock);
  }
  FixedClock clock;
  std::vector<std::string> lines;
};

TEST_F(LoggerTest, WritesLogfmt) {
  make().with("kafka").info("partition assigned", {{"partition", 3}, {"took", 1500ms}, {"ok", true}, {"share", 0.25}});
  EXPECT_THAT(lines, ElementsAre("ts=2026-01-02T03:04:05.678Z level=info component=kafka msg=\"partition assigned\" "
                                 "partition=3 took=1s500ms ok=true share=0.25"));
}

TEST_F(LoggerTest, WritesJsonWithNumbersAsNumbers) {
  make(LogFormat::json).with("kafka").warn("slow", {{"n", 3U}, {"nan", std::nan("")}, {"err", Error{"no \"way\""}}});
  EXPECT_THAT(lines, ElementsAre(R"({"ts":"2026-01-02T03:04:05.678Z","level":"warn","component":"kafka","msg":"slow",)"
                                 R"("n":3,"nan":"NaN","err":"no \"way\""})"));
}

TEST_F(LoggerTest, LeavesOutAnEmptyComponent) {
  make().error("x");
  EXPECT_THAT(lines, ElementsAre("ts=2026-01-02T03:04:05.678Z level=error msg=x"));
}

TEST_F(LoggerTest, WritesNothingBelowItsLevel) {
  const Logger logger = make(LogFormat::logfmt, LogLevel::warn);
  logger.debug("a");
  logger.info("b");
  logger.repeated(LogLevel::info, "c");
  EXPECT_THAT(lines, IsEmpty());
  EXPECT_FALSE(logger.enabled(LogLevel::info));
  EXPECT_TRUE(logger.enabled(LogLevel::error));
  logger.warn("d");
  EXPECT_EQ(lines.size(), 1U);
}

TEST_F(LoggerTest, FieldsOfAChildAreOnEveryLineOfTheChildOnly) {
  const Logger parent = make();
  const Logger child = parent.with("sink").with_field("partition", 7).with_field("policy", "1m");
  child.info("a", {{"n", 1}});
  parent.info("b");
  EXPECT_THAT(lines[0], HasSubstr("msg=a partition=7 policy=1m n=1"));
  EXPECT_THAT(lines[1], Not(HasSubstr("partition")));
}

TEST_F(LoggerTest, QuotesWhatCouldBeMisread) {
  make().info("m", {{"a", ""}, {"b", "x=y"}, {"c", "say \"hi\""}, {"d", "back\\slash"}, {"e", "plain/text.1"}});
  EXPECT_THAT(lines[0], HasSubstr(R"(a="" b="x=y" c="say \"hi\"" d="back\\slash" e=plain/text.1)"));
}

TEST_F(LoggerTest, CutsLongTexts) {
  make().info(std::string(1'000'000, 'x'), {{"k", std::string(1'000'000, 'y')}});
  EXPECT_LT(lines[0].size(), 3 * kLogTextLimit);
  EXPECT_THAT(lines[0], HasSubstr("..."));
}

TEST_F(LoggerTest, AnyBytesGiveOneLineOfUtf8) {
  std::mt19937 random(3);
  for (const LogFormat format : {LogFormat::logfmt, LogFormat::json}) {
    const Logger logger = make(format);
    for (int i = 0; i < 2000; ++i) {
      std::string bytes;
      for (auto length = random() % 20; length > 0; --length) bytes += static_cast<char>(random() % 256);
      lines.clear();
      logger.info(bytes, {{"k", bytes}});
      ASSERT_EQ(lines.size(), 1U);
      ASSERT_TRUE(is_utf8(lines[0]));
      for (const char c : lines[0]) ASSERT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f) << lines[0];
    }
  }
}

std::string field(LogFormat format, const std::string& text) {
  std::string out;
  append_log_field(out, format, "k", text);
  return out;
}

// What a reader of logfmt takes a value for.
std::string read_logfmt(std::string_view value) {
  if (!value.starts_with('"')) return std::string(value);
  std::string out;
  for (std::size_t at = 1; at + 1 < value.size(); ++at) {
    if (value[at] != '\\') {
      out += value[at];
      continue;
    }
    const std::string_view kinds = "nrt";
    const char kind = value[++at];
    if (kind == 'x') {
      out += static_cast<char>(std::stoi(std::string(value.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      out += kinds.contains(kind) ? "\n\r\t"[kinds.find(kind)] : kind;
    }
  }
  return out;
}

TEST(LogField, LogfmtIsReadBackToTheByte) {
  std::mt19937 random(11);
  const std::string telling = "\\x0an\n\t\"= \x7f\xc2\x9b\xc3";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto length = random() % 12; length > 0; --length) {
      text += i % 2 == 0 ? static_cast<char>(random() % 256) : telling[random() % telling.size()];
    }
    const std::string written = field(LogFormat::logfmt, text);
    ASSERT_EQ(read_logfmt(std::string_view(written).substr(3)), text) << written;
  }
}

TEST(LogField, ALineFeedIsNotTheTextOfItsEscape) {
  EXPECT_EQ(field(LogFormat::logfmt, "a\nb"), R"( k="a\nb")");
  EXPECT_EQ(field(LogFormat::logfmt, R"(a\nb)"), R"( k="a\\nb")");
  EXPECT_EQ(field(LogFormat::logfmt, "\x1b\xff"), R"( k="\x1b\xff")");
  EXPECT_EQ(field(LogFormat::logfmt, R"(\x1b)"), R"( k="\\x1b")");
  EXPECT_EQ(field(LogFormat::json, "a\nb"), R"(,"k":"a\nb")");
  EXPECT_EQ(field(LogFormat::json, R"(a\x0ab)"), R"(,"k":"a\\x0ab")");
  EXPECT_EQ(field(LogFormat::json, "\x1b\x7f"), R"(,"k":"\u001b\u007f")");
}

TEST(LogField, NumbersAreWrittenOutWhereTheyAreShort) {
  const auto number = [](double value) {
    std::string out;
    append_log_field(out, LogFormat::json, "k", value);
    return out.substr(5);
  };
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(0.000001), "0.000001");
  EXPECT_EQ(number(-0.000015), "-0.000015");
  EXPECT_EQ(number(300000), "300000");
  EXPECT_EQ(number(1e300), "1e+300");
  EXPECT_EQ(number(1e-300), "1e-300");
}

TEST(LogField, IsCutBehindTheLimitOnly) {
  const std::string whole(kLogTextLimit, 'x');
  for (const LogFormat format : {LogFormat::logfmt, LogFormat::json}) {
    EXPECT_THAT(field(format, whole), Not(HasSubstr("...")));
    EXPECT_THAT(field(format, whole + "y"), HasSubstr("x..."));
  }
}

// Quotes in values cannot end the value: outside of quotes the line has exactly the keys that were given.
TEST_F(LoggerTest, ClientTextCannotForgeAField) {
  std::mt19937 random(5);
  const std::string letters = "ab=\"\\ \n";
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (auto length = random() % 10; length > 0; --length) text += letters[random() % letters.size()];
    lines.clear();
    make().info("m", {{"k", text}, {"last", 1}});
    int keys = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < lines[0].size(); ++at) {
      if (quoted && lines[0][at] == '\\') {
        ++at;
      } else if (lines[0][at] == '"') {
        quoted = !quoted;
      } else if (!quoted && lines[0][at] == '=') {
        ++keys;
      }
    }
    ASSERT_FALSE(quoted) << lines[0];
    ASSERT_EQ(keys, 5) << lines[0];  // ts, level, msg, k, last
  }
}

TEST_F(LoggerTest, RepeatsTheSameMessageOnceInTenSecondsAndCounts) {
  const Logger logger = make();
  for (int i = 0; i < 100; ++i) logger.repeated(LogLevel::error, "broker away", {{"n", i}});
  logger.with("other").repeated(LogLevel::error, "broker away");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], Not(HasSubstr("suppressed")));
  clock.time += 10 * kSecond;
  logger.repeated(LogLevel::error, "broker away", {{"n", 100}});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[2], HasSubstr("n=100 suppressed=99"));
}

TEST_F(LoggerTest, LinesOfManyThreadsStayWhole) {
  const Logger logger = make();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([child = logger.with("t" + std::to_string(t))] {
      for (int i = 0; i < 500; ++i) child.info("hello there", {{"i", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(lines.size(), 2000U);
  for (const std::string& line : lines) {
    EXPECT_TRUE(line.starts_with("ts=2026-01-02T03:04:05.678Z level=info component=t")) << line;
  }
}

TEST(FormatLogTime, IsRightBeforeTheEpochAndOnLeapDays) {
  EXPECT_EQ(format_log_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_log_time(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_log_time(1'709'210'096'007 * kMillisecond), "2024-02-29T12:34:56.007Z");
}

TEST(NullLogger, TakesEverything) { Logger::null().error("nowhere", {{"k", 1}}); }

}  // namespace
}  // namespace metricstream
