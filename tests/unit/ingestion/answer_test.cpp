#include "services/ingestion/answer.hpp"

#include <gtest/gtest.h>

#include <map>

#include "services/ingestion/accounts.hpp"
#include "services/ingestion/content.hpp"
#include "services/ingestion/problem_types.hpp"

namespace metricstream::ingestion {
namespace {

BatchIdentity named(const std::string& id) {
  return {.key = BatchKey{.client_key = {}, .body_hash = {}}, .batch_id = id};
}

DecodeSummary summary(std::uint32_t accepted, std::uint32_t rejected, Reason reason = Reason::too_old) {
  DecodeSummary out;
  out.received = accepted + rejected;
  out.accepted = accepted;
  out.rejected = rejected;
  out.by_reason[static_cast<std::size_t>(reason)] = rejected;
  for (std::uint32_t i = 0; i < rejected; ++i) out.rejections.push_back({i, reason, "timestamp", "too \"old\""});
  return out;
}

TEST(Answer, OfACleanBatch) {
  const auto response = accepted_answer(summary(3, 0), named("b-1"));
  EXPECT_EQ(response.status, 202U);
  EXPECT_EQ(response.body, R"({"status":"accepted","received":3,"accepted":3,"rejected":0,"adjusted":0,)"
                           R"("idempotent":true,"batch_id":"b-1","errors":[]})"
                           "\n");
}

TEST(Answer, ListsWhatWasRejectedAndEscapesWhatTheClientChose) {
  const auto response = accepted_answer(summary(1, 1), {.key = {}, .batch_id = "a\"b"});
  EXPECT_EQ(response.body, R"({"status":"accepted","received":2,"accepted":1,"rejected":1,"adjusted":0,)"
                           R"("idempotent":false,"batch_id":"a\"b","errors":[)"
                           R"({"index":0,"field":"timestamp","reason":"too_old","detail":"too \"old\""}]})"
                           "\n");
}

TEST(Answer, WithoutAValidSampleIs422) {
  const auto invalid = no_valid_sample_answer(summary(0, 2));
  EXPECT_EQ(invalid.status, 422U);
  EXPECT_TRUE(invalid.body.contains(R"("error_id":"err-ms-no-valid-sample")"));
  EXPECT_TRUE(invalid.body.contains(R"("received":2,"accepted":0,"rejected":2,"errors":[{"index":0)"));
  const auto empty = no_valid_sample_answer(summary(0, 0));
  EXPECT_EQ(empty.status, 422U);
  EXPECT_TRUE(empty.body.contains("err-ms-empty-batch"));
  EXPECT_EQ(strict_answer(summary(5, 1)).status, 422U);
}

TEST(Answer, OfAnUndecodableBodyNamesTheByte) {
  const auto malformed = undecodable_answer({DecodeError::Kind::malformed, 17, "a value was expected"});
  EXPECT_EQ(malformed.status, 400U);
  EXPECT_TRUE(malformed.body.contains(R"("position":17)")) << malformed.body;
  const auto id = [](DecodeError::Kind kind) { return undecodable_answer({kind, 9, "x"}).type->id; };
  EXPECT_EQ(id(DecodeError::Kind::too_large), "too-many-samples");
  EXPECT_EQ(id(DecodeError::Kind::too_many_members), "too-many-members");
  EXPECT_EQ(id(DecodeError::Kind::too_deep), "too-deep");
  EXPECT_EQ(undecodable_answer({DecodeError::Kind::too_large, 9, "x"}).status, 413U);
  EXPECT_EQ(undecodable_answer({DecodeError::Kind::too_many_members, 9, "x"}).status, 413U);
  EXPECT_EQ(undecodable_answer({DecodeError::Kind::too_deep, 9, "x"}).status, 400U);
  EXPECT_EQ(undecodable_answer({DecodeError::Kind::empty, 0, "x"}).status, 400U);
}

TEST(Answer, OfARecordTooLargeSaysByHowMuch) {
  const auto refused = record_too_large_answer(1200, 1000);
  EXPECT_EQ(refused.status, 413U);
  EXPECT_TRUE(refused.detail.contains("a record of 1200 bytes")) << refused.detail;
  EXPECT_TRUE(refused.detail.contains("more than the 1000 that one may have")) << refused.detail;
}

TEST(Answer, OfARefusalThatPassesSpreadsTheRetriesAndIsNeverTooEarly) {
  std::map<std::string, int> waits;
  for (std::uint64_t hash = 0; hash < 300; ++hash) {
    const auto response =
        retry_answer(kKafkaUnavailable, "later", std::chrono::seconds(5), {.percent = 25, .hash = hash});
    EXPECT_EQ(response.status, 503U);
    ++waits[response.headers];
  }
  EXPECT_EQ(waits, (std::map<std::string, int>{
                       {"Retry-After: 5\r\n", 100}, {"Retry-After: 6\r\n", 100}, {"Retry-After: 7\r\n", 100}}));
  for (std::uint64_t hash = 0; hash < 3; ++hash) {
    const limits::Jitter off{.percent = 0, .hash = hash};
    EXPECT_EQ(retry_answer(kKafkaUnavailable, "later", std::chrono::seconds(5), off).headers, "Retry-After: 5\r\n");
    EXPECT_EQ(overloaded_answer(off).headers, "Retry-After: 1\r\n");
  }
}

unsigned status_of(std::optional<std::string_view> type, std::optional<std::string_view> encoding = {}) {
  const auto content = decide_content(type, encoding);
  if (!content) return content.error().status;
  return (content->format == BodyFormat::json ? 1 : 2) + (content->is_gzip ? 10 : 0);
}

TEST(Content, IsJsonOrLinesOfJson) {
  EXPECT_EQ(status_of({}), 1U);
  EXPECT_EQ(status_of("application/json"), 1U);
  EXPECT_EQ(status_of("Application/JSON; charset=UTF-8"), 1U);
  EXPECT_EQ(status_of("application/json;charset=\"utf-8\""), 1U);
  EXPECT_EQ(status_of("application/x-ndjson"), 2U);
  EXPECT_EQ(status_of("application/json", "identity"), 1U);
  EXPECT_EQ(status_of("application/json; charset=latin1"), 415U);
  EXPECT_EQ(status_of("text/plain"), 415U);
  EXPECT_EQ(status_of(""), 415U);
  EXPECT_EQ(status_of("application/json", "gzip"), 11U);
  EXPECT_EQ(status_of("application/x-ndjson", " X-GZIP "), 12U);
  EXPECT_EQ(status_of("application/json", "gzip, gzip"), 415U);
  EXPECT_EQ(status_of("application/json", "deflate"), 415U);
  EXPECT_EQ(status_of("application/json", ""), 415U);
  const auto form = decide_content("application/x-www-form-urlencoded", {});
  EXPECT_TRUE(form.error().body.contains("Content-Type: application/json")) << "curl's users are told what to add";
}

TEST(Accounts, BalanceWhateverBecomesOfRequests) {
  metrics::Registry registry;
  Accounts accounts(registry);
  accounts.accepted(summary(10, 2));
  accounts.all_rejected(summary(0, 3));
  accounts.refused_whole(summary(4, 1), Refusal::strict);
  accounts.refused(summary(7, 2, Reason::invalid_name), Refusal::queue_full);
  accounts.unconfirmed(summary(5, 1));
  accounts.refused_unread(Refusal::malformed);
  const Accounts::Totals totals = accounts.totals();
  EXPECT_EQ(totals.received, 35U);
  EXPECT_EQ(totals.accepted, 10U);
  EXPECT_EQ(totals.rejected, 8U);
  EXPECT_EQ(totals.refused, 12U);
  EXPECT_EQ(totals.unconfirmed, 5U);
  EXPECT_EQ(totals.received, totals.accepted + totals.rejected + totals.refused + totals.unconfirmed);
  EXPECT_EQ(totals.batches, 1U);
  EXPECT_EQ(totals.requests_refused, 3U);
}

TEST(Accounts, AreShownUnderTheDocumentsNames) {
  const std::string text = metrics_document({.received = 27, .rejected = 2, .batches = 9});
  EXPECT_TRUE(text.starts_with(R"({"metrics_received":27,"batches_processed":9,"validation_errors":2,)"
                               R"("rate_limited_requests":0,)"))
      << text;
  EXPECT_TRUE(text.contains("replica"));
}

}  // namespace
}  // namespace metricstream::ingestion
