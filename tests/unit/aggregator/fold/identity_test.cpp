// What makes two samples one: the identities of the contract, and the raw points that go with them.
#include <gtest/gtest.h>

#include "tests/unit/aggregator/support/script.hpp"

namespace metricstream::fold::test {
namespace {

TEST(RawPoints, OfBatchIdentityGetDigitsBelowTheMillisecondThatNothingElseHas) {
  Script script;
  const TimeNs at = kStart + 5 * kSecond + 123'456'789;
  LoggedSample observation = sample(MetricType::histogram, 0, 1);
  observation.time = at;
  LoggedSample again = observation;
  again.value = 2;
  script.tick(1);
  script.batch(6, {observation, again});
  ASSERT_EQ(script.recorder().written.size(), 2U);
  EXPECT_EQ(script.recorder().written[0].name.time, kStart + 5 * kSecond + 123'001'000);
  EXPECT_EQ(script.recorder().written[1].name.time, kStart + 5 * kSecond + 123'001'001);
}

// Enrichment is no part of identity: a correction through another ingest host replaces the point, whatever that host
// adds. (The corrected value once went to a second series.)
TEST(RawPoints, TakeTheAttributesOfTheBlocksFirstRecord) {
  Script script;
  LoggedRecord record = batch_at(kStart + 6 * kSecond, {gauge(5, 1)});
  record.attributes = {{"dc", "eu"}};
  script.record(record);
  record.samples[0].value = 2;
  record.attributes = {{"dc", "us"}};
  script.record(record);
  ASSERT_EQ(script.recorder().written.size(), 2U);
  EXPECT_EQ(script.recorder().written[0].name.series, "m,client_id=c,dc=eu");
  EXPECT_EQ(script.recorder().written[0].name, script.recorder().written[1].name);
}

// The first copy in log order wins, whichever way round the two forms of a reading come.
TEST(AdjustedReadings, AndTheSameReadingUnderItsOwnTimestampAreOne) {
  for (const bool adjusted_first : {true, false}) {
    Script script;
    LoggedSample own = gauge(100, 1);
    LoggedSample adjusted = gauge(5, 1);
    adjusted.placement = Placement::adjusted;
    adjusted.original = own.time;
    script.batch(5, {adjusted_first ? adjusted : own});
    script.batch(6, {adjusted_first ? own : adjusted});
    script.batch(7, {adjusted});
    EXPECT_EQ(script.fold().account().counted, 1U);
    EXPECT_EQ(script.fold().account().duplicate, 2U);
    script.tick(300);
    EXPECT_EQ(script.result(adjusted_first ? 0 : 60).value().at("count"), 1);
    EXPECT_FALSE(script.result(adjusted_first ? 60 : 0));
  }
}

TEST(Keys, ARequestRepeatedInPartsCountsEachIndexOnce) {
  Script script;
  LoggedRecord whole = batch_at(kStart + 6 * kSecond, {});
  whole.key = LoggedKey{"k", "b"};
  for (std::uint32_t i = 0; i < 5; ++i) {
    LoggedSample observation = sample(MetricType::histogram, 5, i);
    observation.index = i;
    whole.samples.push_back(observation);
  }
  LoggedRecord part = whole;
  part.samples = {whole.samples[1], whole.samples[3]};
  script.record(part);
  script.record(whole);
  script.record(part);
  EXPECT_EQ(script.fold().account().counted, 5U);
  EXPECT_EQ(script.fold().account().duplicate, 4U);
  whole.key = LoggedKey{"k", "another body"};
  script.record(whole);
  EXPECT_EQ(script.fold().account().counted, 10U) << "a key that is used again with another body";
  whole.key.reset();
  script.record(whole);
  script.record(whole);
  EXPECT_EQ(script.fold().account().counted, 20U) << "without a key a repeat counts again";
}

}  // namespace
}  // namespace metricstream::fold::test
