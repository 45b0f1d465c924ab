// Each row of the answer table of docs/architecture.md, for both write APIs, compressed and not.
#include <gtest/gtest.h>

#include <ostream>

#include "tests/integration/influx/sink_fixture.hpp"

namespace metricstream::sink {
namespace {

using Apply = WriteScript::Apply;
using Wire = WriteScript::Wire;

struct Row {
  const char* name;
  WriteScript script;
  bool same_lines_again;  // else halves
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

const Row kRows[] = {
    {"Ok200", {.status = 200, .body = "{}"}, true},
    {"Ok200NothingApplied", {.status = 200, .body = "{}", .apply = Apply::nothing}, true},
    {"Accepted202", {.status = 202, .apply = Apply::first_half}, true},
    {"BadRequest400AllTheSame", {.status = 400, .body = R"({"error":"partial write"})"}, false},
    {"BadRequest400Half", {.status = 400, .body = R"({"error":"unable to parse"})", .apply = Apply::first_half}, false},
    {"Unauthorized401", {.status = 401, .body = R"({"error":"unable"})", .apply = Apply::nothing}, true},
    {"Forbidden403", {.status = 403, .apply = Apply::nothing}, true},
    {"NotFound404", {.status = 404, .body = R"({"error":"database not found"})", .apply = Apply::nothing}, true},
    {"Timeout408", {.status = 408, .apply = Apply::first_half}, true},
    {"TooLarge413", {.status = 413, .apply = Apply::nothing}, false},
    {"TooLarge413BeforeTheBody", {.status = 413, .wire = Wire::early}, false},
    {"Unprocessable422", {.status = 422, .apply = Apply::first_half}, false},
    {"TooMany429", {.status = 429, .apply = Apply::nothing}, true},
    {"ClosedByClient499", {.status = 499, .apply = Apply::everything}, true},
    {"Error500Applied", {.status = 500, .body = R"({"error":"timeout"})", .apply = Apply::everything}, true},
    {"Error500NotApplied", {.status = 500, .body = R"({"error":"timeout"})", .apply = Apply::nothing}, true},
    {"BadGateway502", {.status = 502, .apply = Apply::first_half}, true},
    {"Unavailable503", {.status = 503, .apply = Apply::nothing}, true},
    {"GatewayTimeout504", {.status = 504, .apply = Apply::everything}, true},
    {"Garbage", {.apply = Apply::everything, .wire = Wire::garbage}, true},
    {"Truncated", {.apply = Apply::everything, .wire = Wire::truncated}, true},
    {"ClosedAfterApplying", {.apply = Apply::everything, .wire = Wire::closed}, true},
    {"ClosedBeforeApplying", {.apply = Apply::nothing, .wire = Wire::closed}, true},
    {"ResetAfterApplying", {.apply = Apply::everything, .wire = Wire::reset}, true},
    {"ResetBeforeApplying", {.apply = Apply::nothing, .wire = Wire::reset}, true},
    {"AppliesAndNeverAnswers", {.apply = Apply::everything, .wire = Wire::silent}, true},
    {"NeverAnswers", {.apply = Apply::nothing, .wire = Wire::silent}, true},
};

class AnswerTable : public SinkFixture, public ::testing::WithParamInterface<Row> {
 protected:
  void run(influx::Version version, int gzip_level) {
    const Row& row = GetParam();
    options_.endpoint.version = version;
    options_.endpoint.org = "org";
    options_.gzip_level = gzip_level;
    if (row.script.wire == Wire::silent) options_.timeout = std::chrono::milliseconds{150};
    influx_.script(row.script);
    LaneSet& set = start().open(0);
    push_many(set, 0, "1m", 50);
    expect_exact_store();
    EXPECT_TRUE(dead_letters_.letters().empty());
    EXPECT_EQ(set.oldest_unsettled(), std::nullopt);
    check_second_request(row, gzip_level > 0);
  }

  void check_second_request(const Row& row, bool gzip) {
    auto writes = influx_.writes();
    if (row.script.wire == Wire::early) writes.insert(writes.begin(), FakeInflux::Write{});  // its body was not read
    ASSERT_GE(writes.size(), 2U);
    EXPECT_EQ(writes.back().gzip, gzip);
    if (row.same_lines_again) {
      EXPECT_EQ(writes[1].lines, writes[0].lines);
      EXPECT_EQ(writes.size(), 2U);
      EXPECT_EQ(points_counted("retried"), 50U);
    } else {
      ASSERT_EQ(writes.size(), 3U);
      EXPECT_EQ(writes[1].lines.size(), 25U);
      EXPECT_EQ(writes[2].lines.size(), 25U);
    }
  }
};

TEST_P(AnswerTable, NothingIsLostOrDoubledWithVersion1) { run(influx::Version::v1, 1); }
TEST_P(AnswerTable, NothingIsLostOrDoubledWithVersion2) { run(influx::Version::v2, 0); }

INSTANTIATE_TEST_SUITE_P(Rows, AnswerTable, ::testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string{info.param.name}; });

class Answers : public SinkFixture {};

TEST_F(Answers, A204IsTheEndOfIt) {
  push_many(start().open(0), 0, "raw", 50);
  expect_exact_store();
  EXPECT_EQ(influx_.writes().size(), 1U);
  EXPECT_EQ(influx_.writes()[0].target, "/write?db=metrics&rp=raw&precision=ns");
  EXPECT_EQ(points_counted("retried"), 0U);
}

TEST_F(Answers, ARefusedCredentialIsReportedUntilAWriteSucceedsAndNothingIsDropped) {
  for (const int status : {401, 403, 404, 405, 302}) {
    influx_.script({.status = status, .apply = Apply::nothing});
  }
  influx_.script({.wire = Wire::held});
  push_many(start().open(3), 3, "1m", 50);
  ASSERT_TRUE(influx_.wait_for_writes(6));
  const auto reason = sink_->misconfigured();
  ASSERT_TRUE(reason);
  EXPECT_NE(reason->find("302"), std::string::npos) << *reason;
  EXPECT_EQ(sink_->requests_in_flight(), 1U);
  influx_.release_held();
  expect_exact_store();
  EXPECT_EQ(sink_->misconfigured(), std::nullopt);
}

TEST_F(Answers, RetryAfterIsHonoured) {
  influx_.script({.status = 429, .headers = "Retry-After: 1\r\n", .apply = Apply::nothing});
  push_many(start().open(0), 0, "1m", 10);
  expect_exact_store();
  const auto writes = influx_.writes();
  ASSERT_EQ(writes.size(), 2U);
  EXPECT_GE(writes[1].at - writes[0].at, std::chrono::milliseconds{990});
}

TEST_F(Answers, PoisonousLinesEndInTheDeadLettersWithOffsetAndReasonAndTheOthersInTheStore) {
  for (const auto version : {influx::Version::v1, influx::Version::v2}) {
    options_.endpoint.version = version;
    influx_.poison([](std::string_view line) {
      return line.starts_with("m0,") || line.starts_with("m17,") || line.starts_with("m18,") ||
             line.starts_with("m49,");
    });
    const std::int64_t first_offset = next_offset_;
    LaneSet& set = start().open(4);
    push_many(set, 4, "1m", 50);
    ASSERT_TRUE(sink_->flush_and_wait(std::chrono::seconds{10}));
    const auto letters = dead_letters_.letters();
    ASSERT_GE(letters.size(), 4U);
    const DeadLetter& letter = letters[letters.size() - 3];
    EXPECT_TRUE(letter.line.starts_with("m17,")) << letter.line;
    EXPECT_EQ(letter.offset, first_offset + 17);
    EXPECT_EQ(letter.partition, 4);
    EXPECT_EQ(letter.policy, "1m");
    EXPECT_EQ(letter.status, version == influx::Version::v1 ? 400 : 422);
    EXPECT_NE(letter.reason.find("poisonous"), std::string::npos);
    sink_.reset();
  }
  EXPECT_EQ(dead_letters_.letters().size(), 8U);
}

TEST_F(Answers, AStoreThatTakesOnlySmallBodiesGetsSmallBodies) {
  influx_.limit_body(7);
  push_many(start().open(0), 0, "raw", 50);
  expect_exact_store();
  for (const auto& write : influx_.writes()) EXPECT_LE(write.lines.size(), 50U);
}

TEST_F(Answers, ASingleLineThatIsTooLargeBecomesADeadLetter) {
  influx_.limit_body(0);
  push_many(start().open(0), 0, "raw", 3);
  expect_exact_store();
  ASSERT_EQ(dead_letters_.letters().size(), 3U);
  EXPECT_EQ(dead_letters_.letters()[0].status, 413);
}

TEST_F(Answers, AnUnreachableStoreIsTriedUntilItIsThere) {
  options_.endpoint.url = "http://127.0.0.1:1";
  LaneSet& set = start().open(0);
  push_many(set, 0, "1m", 5);
  EXPECT_FALSE(sink_->flush_and_wait(std::chrono::milliseconds{100}));
  EXPECT_EQ(set.oldest_unsettled(), (Lane::Frontier{1000, 10'000}));
  EXPECT_GT(points_counted("retried"), 0U);
  EXPECT_EQ(sink_->misconfigured(), std::nullopt) << "a store that is down is no wrong configuration";
}

TEST_F(Answers, TheStragglerOfATimedOutRequestBringsTheSameValuesAndIsHarmless) {
  options_.timeout = std::chrono::milliseconds{150};
  influx_.script({.apply = Apply::late, .wire = Wire::silent});
  push_many(start().open(0), 0, "1m", 50);
  ASSERT_TRUE(sink_->flush_and_wait(std::chrono::seconds{10}));
  influx_.apply_late();
  expect_exact_store();
}

TEST_F(Answers, CredentialsGoWithEveryRequest) {
  options_.endpoint.version = influx::Version::v2;
  options_.endpoint.org = "o";
  options_.endpoint.token = Secret{"s3cret"};
  push_many(start().open(0), 0, "1m", 50);
  expect_exact_store();
  EXPECT_EQ(influx_.writes()[0].authorization, "Token s3cret");
  EXPECT_EQ(influx_.writes()[0].target, "/api/v2/write?org=o&bucket=metrics%2F1m&precision=ns");
}

}  // namespace
}  // namespace metricstream::sink
