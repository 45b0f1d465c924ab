#include "services/aggregator/commit_check.hpp"

#include <gmock/gmock.h>

namespace metricstream::aggregator {
namespace {

using testing::HasSubstr;

fold::CommitMetadata commit(std::int64_t live_from, const char* fingerprint = "0123456789abcdef") {
  fold::CommitMetadata out;
  out.live_from = live_from;
  out.fingerprint = fingerprint;
  return out;
}

std::string reason(std::int64_t begin, const fold::CommitMetadata& commit, kafka::Watermarks log) {
  return reason_to_stop(begin, commit, log).value_or("none");
}

TEST(CommitCheck, ReadsFromBOrFromTheRecordBeforeNWhoseFingerprintIsToBeChecked) {
  EXPECT_EQ(first_to_consume(28, commit(300)), 28);
  EXPECT_EQ(first_to_consume(300, commit(300)), 299);
  EXPECT_EQ(first_to_consume(300, commit(300, "-")), 300);
  EXPECT_EQ(first_to_consume(0, commit(0, "-")), 0);
}

TEST(CommitCheck, TheFirstCommitFitsAnEmptyLogAndOneThatBeginsAtZero) {
  EXPECT_EQ(reason(0, commit(0, "-"), {0, 0}), "none");
  EXPECT_EQ(reason(0, commit(0, "-"), {0, 7}), "none");
}

TEST(CommitCheck, StopsWhereTheLogEndsBelowNAndNamesBothOffsets) {
  EXPECT_EQ(reason(28, commit(300), {0, 300}), "none");
  const std::string why = reason(28, commit(300), {0, 299});
  EXPECT_THAT(why, HasSubstr("offset 300"));
  EXPECT_THAT(why, HasSubstr("ends at 299"));
}

TEST(CommitCheck, StopsWhereRecordsThatAReplayNeedsAreGoneAndNamesBothOffsets) {
  EXPECT_EQ(reason(28, commit(300), {28, 400}), "none");
  const std::string why = reason(28, commit(300), {29, 400});
  EXPECT_THAT(why, HasSubstr("offset 28 "));
  EXPECT_THAT(why, HasSubstr("begins at 29"));
}

TEST(CommitCheck, StopsWhereTheRecordOfTheFingerprintIsGone) {
  EXPECT_EQ(reason(300, commit(300), {299, 300}), "none");
  EXPECT_THAT(reason(300, commit(300), {300, 300}), HasSubstr("offset 299 "));
  EXPECT_EQ(reason(300, commit(300, "-"), {300, 300}), "none") << "nothing to compare with";
}

TEST(CommitCheck, StopsAtACommitWhoseNIsBelowItsOffset) {
  EXPECT_EQ(reason(10, commit(10), {0, 20}), "none");
  EXPECT_THAT(reason(11, commit(10), {0, 20}), HasSubstr("n (10) is below its offset (11)"));
}

}  // namespace
}  // namespace metricstream::aggregator
