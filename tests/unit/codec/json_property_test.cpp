#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "common/codec/json_batch.hpp"
#include "common/codec/record.hpp"
#include "tests/unit/codec/json_fixture.hpp"
#include "tests/unit/codec/json_rewriting.hpp"
#include "tests/unit/codec/random_body.hpp"
#include "tests/unit/codec/sample_facts.hpp"

namespace metricstream {
namespace {

using testing::ExpectedBody;
using testing::ExpectedSample;
using testing::facts_of;
using testing::kNow;
using testing::RandomBody;
using testing::SampleFacts;

void expect_sample(const SampleFacts& facts, const ExpectedSample& expected, std::uint32_t index) {
  EXPECT_EQ(facts.index, index);
  EXPECT_EQ(facts.name, expected.name);
  EXPECT_EQ(facts.unit, expected.unit);
  EXPECT_EQ(facts.type, expected.type);
  EXPECT_EQ(facts.value, expected.value);
  EXPECT_EQ(facts.tags, (std::vector<std::pair<std::string, std::string>>(expected.tags.begin(), expected.tags.end())));
  if (!expected.own_time) {
    EXPECT_EQ(facts.placement, Placement::arrival);
    EXPECT_EQ(facts.time, kNow + index);
  } else if (*expected.own_time > kNow + kMinute) {
    EXPECT_EQ(facts.placement, Placement::adjusted);
    EXPECT_EQ(facts.time, kNow + index);
    EXPECT_EQ(facts.original, *expected.own_time);
  } else {
    EXPECT_EQ(facts.placement, Placement::own);
    EXPECT_EQ(facts.time, *expected.own_time);
  }
}

void expect_body(const ExpectedBody& expected, const DecodeSummary& summary, const Batch& batch) {
  EXPECT_EQ(summary.received, expected.samples.size());
  EXPECT_EQ(summary.unknown_members, expected.unknown_members);
  EXPECT_EQ(summary.ignored_fields, expected.ignored_fields);
  const std::vector<SampleFacts> facts = facts_of(batch);
  std::vector<std::pair<std::uint32_t, Reason>> listed;
  for (const Rejection& rejection : summary.rejections) listed.emplace_back(rejection.index, rejection.reason);
  std::vector<std::pair<std::uint32_t, Reason>> wanted;
  std::size_t accepted = 0;
  bool only_timed_readings = true;
  for (std::uint32_t i = 0; i < expected.samples.size(); ++i) {
    const auto& [reason, sample] = expected.samples[i];
    if (reason) {
      wanted.emplace_back(i, *reason);
      continue;
    }
    if (sample.own_time && *sample.own_time > kNow + kMinute) wanted.emplace_back(i, Reason::adjusted_future);
    if (!sample.own_time || sample.type == MetricType::histogram) only_timed_readings = false;
    ASSERT_LT(accepted, facts.size());
    expect_sample(facts[accepted++], sample, i);
  }
  EXPECT_EQ(accepted, facts.size());
  EXPECT_EQ(listed, wanted);
  EXPECT_EQ(summary.only_timed_readings, only_timed_readings);
  EXPECT_EQ(summary.accepted + summary.rejected, summary.received);
  EXPECT_EQ(summary.adjusted, batch.adjusted.size());
}

TEST(JsonProperties, random_bodies_become_what_the_rules_say) {
  std::mt19937_64 random(20'250'116);
  RandomBody generator(random, kNow);
  JsonBatchDecoder decoder;
  Batch batch;
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 5000; ++round) {
    const ExpectedBody expected = generator.make();
    DecodeOptions options;
    options.format = expected.format;
    const DecodeResult result = decoder.decode(expected.text, kNow, options, batch);
    ASSERT_TRUE(result) << result.error().message << " at " << result.error().position << "\n" << expected.text;
    expect_body(expected, *result, batch);
    ASSERT_FALSE(HasFailure()) << "round " << round << "\n" << expected.text;
    accepted += result->accepted;
    refused += result->rejected;
  }
  EXPECT_GT(accepted, 5000U);
  EXPECT_GT(refused, 5000U);
}

// A body of a few wrong bytes.
void mutate(std::string& text, std::mt19937_64& random) {
  for (std::size_t i = 1 + random() % 3; i > 0 && !text.empty(); --i) {
    const std::size_t at = random() % text.size();
    switch (random() % 3) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, 1 + random() % 8);
        break;
      default:
        text.insert(at, 1, std::string_view("{}[],:\"\\0 9eE-.x")[random() % 16]);
    }
  }
}

TEST(JsonProperties, mutated_bodies_never_crash_and_what_is_accepted_is_a_valid_record) {
  std::mt19937_64 random(42);
  RandomBody generator(random, kNow);
  JsonBatchDecoder decoder;
  Record record;
  record.client_id = "c";
  record.accepted_at = kNow;
  std::size_t accepted = 0;
  for (int round = 0; round < 5000; ++round) {
    ExpectedBody body = generator.make();
    mutate(body.text, random);
    DecodeOptions options;
    options.format = body.format;
    const DecodeResult result = decoder.decode(body.text, kNow, options, record.batch);
    if (!result) {
      ASSERT_LE(result.error().position, body.text.size());
      continue;
    }
    accepted += result->accepted;
    std::string bytes;
    encode_record(record, bytes);
    Record out;
    const auto decoded = decode_record(bytes, out);
    ASSERT_TRUE(decoded) << decoded.error().message << "\n" << body.text;
    ASSERT_EQ(facts_of(out.batch), facts_of(record.batch));
  }
  EXPECT_GT(accepted, 1000U);
}

TEST(JsonProperties, what_is_json_is_what_the_grammar_says) {
  std::mt19937_64 random(8259);
  RandomBody generator(random, kNow);
  JsonBatchDecoder decoder;
  Batch batch;
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 5000; ++round) {
    ExpectedBody body = generator.make();
    mutate(body.text, random);
    DecodeOptions options;
    options.format = body.format;
    const DecodeResult result = decoder.decode(body.text, kNow, options, batch);
    const auto is_json = [](std::string_view document) { return testing::JsonReference(document).is_json(); };
    const bool expected = std::ranges::all_of(testing::documents_of(body.text, body.format), is_json);
    if (result) {
      ASSERT_TRUE(expected) << body.text;
      ++accepted;
    } else if (result.error().kind == DecodeError::Kind::malformed) {
      ASSERT_TRUE(!expected || testing::is_refused_by_rule(result.error().message)) << result.error().message << "\n"
                                                                                    << body.text;
      ++refused;
    }
  }
  EXPECT_GT(accepted, 500U);
  EXPECT_GT(refused, 1000U);
}

TEST(JsonProperties, a_body_in_other_bytes_means_the_same) {
  std::mt19937_64 random(3);
  RandomBody generator(random, kNow);
  JsonBatchDecoder decoder;
  Batch batch;
  for (int round = 0; round < 2000; ++round) {
    const ExpectedBody expected = generator.make();
    DecodeOptions options;
    options.format = expected.format;
    const auto other = testing::rewritten(expected.text, expected.format);
    ASSERT_TRUE(other) << expected.text;
    const DecodeResult result = decoder.decode(*other, kNow, options, batch);
    if (!result && result.error().kind == DecodeError::Kind::empty) continue;
    ASSERT_TRUE(result) << result.error().message << "\n" << *other;
    expect_body(expected, *result, batch);
    ASSERT_FALSE(HasFailure()) << "round " << round << "\n" << expected.text << "\n" << *other;
  }
}

}  // namespace
}  // namespace metricstream
