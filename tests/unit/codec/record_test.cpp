#include "common/codec/record.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>

#include "common/model/validation.hpp"
#include "tests/unit/codec/random_record.hpp"
#include "tests/unit/codec/sample_facts.hpp"
#include "tests/unit/codec/small_record.hpp"

namespace metricstream {
namespace {

using testing::encode;
using testing::facts_of;
using testing::random_record;
using testing::small_record;
using testing::Strings;

TEST(Record, reads_back_everything_it_wrote) {
  const Record record = small_record();
  const std::string bytes = encode(record);
  Record out;
  out.batch.arrivals = {77};  // a decoder's left-overs do not matter
  out.attributes.emplace_back("old", "old");
  ASSERT_TRUE(decode_record(bytes, out));
  EXPECT_EQ(out.kind, RecordKind::batch);
  EXPECT_EQ(out.schema_version, kRecordSchemaVersion);
  EXPECT_EQ(out.client_id, "client");
  EXPECT_EQ(out.accepted_at, record.accepted_at);
  EXPECT_EQ(out.partitions, 12);
  EXPECT_EQ(out.max_age, 75 * kMinute);
  ASSERT_TRUE(out.key);
  EXPECT_EQ(out.key->client_key, "key");
  EXPECT_EQ(out.key->body_hash, hash128("body"));
  EXPECT_EQ(out.attributes, record.attributes);
  EXPECT_EQ(facts_of(out.batch), facts_of(record.batch));
  EXPECT_TRUE(std::signbit(out.batch.values[1]));
}

TEST(Record, random_records_survive_encoding_and_encode_to_the_same_bytes_again) {
  std::mt19937_64 random(20'260'705);
  Record out;
  for (int round = 0; round < 3000; ++round) {
    Strings strings;
    const Record record = random_record(random, strings);
    const std::string bytes = encode(record);
    const auto result = decode_record(bytes, out);
    ASSERT_TRUE(result) << "round " << round << ": " << result.error().message;
    ASSERT_EQ(facts_of(out.batch), facts_of(record.batch)) << "round " << round;
    ASSERT_EQ(out.attributes, record.attributes);
    ASSERT_EQ(out.key.has_value(), record.key.has_value());
    ASSERT_EQ(encode(out), bytes);
  }
}

// Once a batch_id that ended in a backslash was answered 202, and its record could not be decoded.
TEST(Record, every_batch_key_that_is_accepted_survives) {
  Record record = small_record();
  for (char last = 0x20; last < 0x7f; ++last) {
    for (const std::string& text : {std::string(1, last), std::string("key") + last, std::string(127, '\\') + last}) {
      ASSERT_TRUE(is_batch_key(text, {}));
      record.key = BatchKey{text, hash128("body")};
      const std::string bytes = encode(record);
      Record out;
      const auto result = decode_record(bytes, out);
      ASSERT_TRUE(result) << text << ": " << result.error().message;
      ASSERT_EQ(out.key->client_key, text);
    }
  }
}

TEST(Record, extreme_numbers_survive) {
  Record record = small_record();
  record.accepted_at = kMaxRecordTime;
  record.max_age = kMaxRecordAge;
  record.batch.timestamps = {-kMaxRecordTime, kMaxRecordTime, 0};
  record.batch.values = {std::numeric_limits<double>::max(), std::numeric_limits<double>::denorm_min(), -1};
  record.batch.indexes = {0, 5, kIndexBound - 1};
  record.batch.adjusted = {{0, -kMaxRecordTime}};
  const std::string bytes = encode(record);
  Record out;
  ASSERT_TRUE(decode_record(bytes, out));
  EXPECT_EQ(facts_of(out.batch), facts_of(record.batch));
}

TEST(Record, strings_are_views_of_the_bytes) {
  const std::string bytes = encode(small_record());
  Record out;
  ASSERT_TRUE(decode_record(bytes, out));
  for (const std::string_view text : out.batch.dictionary) {
    EXPECT_GE(text.data(), bytes.data());
    EXPECT_LE(text.data() + text.size(), bytes.data() + bytes.size());
  }
}

TEST(Record, a_field_that_this_version_does_not_know_is_skipped) {
  const std::string bytes = encode(small_record()) + std::string("\xfa\x3f\x02hi", 5);
  Record out;
  ASSERT_TRUE(decode_record(bytes, out));
  EXPECT_EQ(facts_of(out.batch), facts_of(small_record().batch));
}

TEST(Record, every_prefix_of_a_record_is_refused_or_is_a_record) {
  const std::string bytes = encode(small_record());
  Record out;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string prefix = bytes.substr(0, size);
    if (decode_record(prefix, out)) EXPECT_LE(out.batch.size(), 3U);
  }
}

TEST(Record, mutated_bytes_never_crash_and_what_decodes_is_well_formed) {
  std::mt19937_64 random(7);
  Record out;
  std::size_t decoded = 0;
  for (int round = 0; round < 10'000; ++round) {
    Strings strings;
    std::string bytes = encode(random_record(random, strings, 8));
    for (std::size_t i = 1 + random() % 3; i > 0; --i) {
      const std::size_t at = random() % bytes.size();
      switch (random() % 3) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.erase(at, 1 + random() % 4);
          break;
        default:
          bytes.insert(at, 1, static_cast<char>(random()));
      }
      if (bytes.empty()) bytes = "\x08";
    }
    if (!decode_record(bytes, out)) continue;
    ++decoded;
    const auto facts = facts_of(out.batch);  // at() throws where a reference is wrong
    const std::string again = encode(out);
    Record copy;
    ASSERT_TRUE(decode_record(again, copy)) << round;
    ASSERT_EQ(facts_of(copy.batch), facts) << round;
  }
  EXPECT_GT(decoded, 300U);
}

}  // namespace
}  // namespace metricstream
