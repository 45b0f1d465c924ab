// Records that are wrong in one place each: refused with the reason, never read in part.
#include <gmock/gmock.h>

#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "common/codec/record.hpp"
#include "tests/unit/codec/sample_facts.hpp"
#include "tests/unit/codec/small_record.hpp"

namespace metricstream {
namespace {

using testing::encode;
using ::testing::HasSubstr;
using testing::small_record;

// The decoder's verdict: nothing where it read the bytes.
std::optional<RecordError> refused(std::string_view bytes) {
  Record out;
  const auto result = decode_record(bytes, out);
  return result ? std::nullopt : std::optional(result.error());
}

// small_record() with something wrong in it; encode_record does not check.
std::string encode_wrong(const std::function<void(Record&)>& spoil) {
  Record record = small_record();
  spoil(record);
  return encode(record);
}

void expect_undecodable(std::string_view bytes, const char* why) {
  const auto error = refused(bytes);
  ASSERT_TRUE(error) << "decoded although: " << why;
  EXPECT_EQ(error->fault, RecordFault::undecodable) << why;
  EXPECT_THAT(error->message, HasSubstr(why));
}

TEST(RecordRefusal, a_tick_carries_no_samples) {
  Record tick;
  tick.kind = RecordKind::tick;
  tick.accepted_at = 5;
  tick.partitions = 3;
  Record out = small_record();
  const std::string bytes = encode(tick);
  ASSERT_TRUE(decode_record(bytes, out));
  EXPECT_EQ(out.kind, RecordKind::tick);
  EXPECT_EQ(out.accepted_at, 5);
  EXPECT_EQ(out.batch.size(), 0U);
  EXPECT_FALSE(out.key);

  std::string with_samples = encode_wrong([](Record&) {});
  ASSERT_EQ(with_samples.substr(0, 2), "\x08\x01");
  with_samples[1] = 2;
  expect_undecodable(with_samples, "a tick with samples");
}

TEST(RecordRefusal, a_newer_schema_or_an_unknown_kind_is_told_from_garbage) {
  std::string newer = encode_wrong([](Record& r) { r.schema_version = kRecordSchemaVersion + 1; });
  newer += std::string("\xfa\x3f\x02hi", 5);  // field 1023
  ASSERT_TRUE(refused(newer));
  EXPECT_EQ(refused(newer)->fault, RecordFault::newer_schema);
  EXPECT_THAT(refused(newer)->message, HasSubstr("schema version 2, this build reads up to 1"));

  std::string kind = encode(small_record());
  kind[1] = 3;
  ASSERT_TRUE(refused(kind));
  EXPECT_EQ(refused(kind)->fault, RecordFault::unknown_kind);

  // Neither is believed of bytes that are no protobuf message.
  expect_undecodable(newer.substr(0, newer.size() - 1), "not protobuf");
  expect_undecodable(kind.substr(0, kind.size() - 1), "not protobuf");
  expect_undecodable(R"({"metrics":[]})", "not protobuf");
  expect_undecodable("", "kind or schema_version is missing");
  expect_undecodable(std::string("\x08\x00\x10\x01", 4), "kind or schema_version is missing");
}

TEST(RecordRefusal, references_outside_their_tables_are_refused) {
  expect_undecodable(encode_wrong([](Record& r) { r.batch.sample_series[1] = 2; }),
                     "sample_series: 2 refers to nothing");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.series[1].name = 6; }), "series_names: 6 refers to nothing");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.series[1].unit = 6; }), "series_units: 7 refers to nothing");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.tags[0].value = UINT32_MAX; }), "tag_pairs: 4294967295");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.adjusted[0].position = 3; }), "adjusted_positions: 3");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.arrivals[0] = 3; }), "arrival_positions: 3");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.series[0].type = static_cast<MetricType>(3); }),
                     "series_types: 3");
}

// A length-delimited field with a payload below 128 bytes.
std::string field(unsigned number, std::string_view payload) {
  std::string out;
  const unsigned tag = (number << 3U) | 2U;
  if (tag >= 128) {
    out += static_cast<char>((tag & 127U) | 128U);
    out += static_cast<char>(tag >> 7U);
  } else {
    out += static_cast<char>(tag);
  }
  out += static_cast<char>(payload.size());
  return out.append(payload);
}

TEST(RecordRefusal, columns_that_differ_in_length_are_refused) {
  using namespace std::string_view_literals;
  const std::string head = "\x08\x01\x10\x01" + field(3, "client") + field(9, "cpu");
  const std::string one_series = field(12, "\0"sv) + field(13, "\0"sv);
  const std::string one_sample = field(16, "\0"sv) + field(17, "\0"sv) + field(18, "\0\0\0\0\0\0\0\0"sv);
  EXPECT_FALSE(refused(head + one_series + one_sample));

  const std::string_view eight_zeros = "\0\0\0\0\0\0\0\0"sv;
  expect_undecodable(head + field(12, "\0"sv) + field(13, "\0\0"sv), "series_tag_sets has another length");
  expect_undecodable(head + one_series + field(14, "\0\0"sv), "series_types has another length");
  expect_undecodable(head + one_series + field(15, "\0\0"sv), "series_units has another length");
  expect_undecodable(head + one_series + field(16, "\0\0"sv) + field(17, "\0"sv) + field(18, eight_zeros),
                     "sample columns differ");
  expect_undecodable(head + one_series + field(16, "\0"sv) + field(17, "\0\0"sv) + field(18, eight_zeros),
                     "sample columns differ");
  expect_undecodable(head + one_series + field(16, "\0"sv) + field(17, "\0"sv), "sample columns differ");
  expect_undecodable(head + one_series + one_sample + field(19, "\0\1"sv), "sample columns differ");
  expect_undecodable(head + one_series + one_sample + field(20, "\0"sv), "adjusted_originals has another length");
  expect_undecodable(head + one_series + one_sample + field(21, "\0"sv), "adjusted_originals has another length");
  expect_undecodable(head + field(10, "\0"sv), "a key without value");
  expect_undecodable(head + field(10, "\0\0"sv), "fewer tags than there are");
  expect_undecodable(head + field(10, "\0\0"sv) + field(11, "\2"sv), "tag_set_sizes: 2");
  expect_undecodable(head + field(10, "\0\0"sv) + field(11, "\0"sv), "an empty set");
  expect_undecodable(head + field(10, "\0\0"sv) + field(11, "\1\1"sv), "more tags than there are");
}

TEST(RecordRefusal, wrong_values_and_times_are_refused) {
  const auto with_value = [](double value) { return encode_wrong([=](Record& r) { r.batch.values[1] = value; }); };
  expect_undecodable(with_value(std::numeric_limits<double>::infinity()), "not finite");
  expect_undecodable(with_value(-std::numeric_limits<double>::infinity()), "not finite");
  expect_undecodable(with_value(std::numeric_limits<double>::quiet_NaN()), "not finite");
  const auto with_time = [](TimeNs time) { return encode_wrong([=](Record& r) { r.batch.timestamps[1] = time; }); };
  expect_undecodable(with_time(kMaxRecordTime + 1), "timestamp_deltas");
  expect_undecodable(with_time(std::numeric_limits<TimeNs>::min()), "timestamp_deltas");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.adjusted[0].original = kMaxRecordTime + 1; }),
                     "adjusted_originals");
  expect_undecodable(encode_wrong([](Record& r) { r.accepted_at = kMaxRecordTime + 1; }), "accepted_at_ns");
  expect_undecodable(encode_wrong([](Record& r) { r.max_age = -1; }), "max_age_ns");
  expect_undecodable(encode_wrong([](Record& r) { r.partitions = -1; }), "partitions");
  expect_undecodable(encode_wrong([](Record& r) { r.client_id = ""; }), "client_id is missing");
}

TEST(RecordRefusal, tags_must_be_sorted_different_and_not_empty) {
  expect_undecodable(encode_wrong([](Record& r) { std::swap(r.batch.tags[0], r.batch.tags[1]); }), "do not ascend");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.tags[1] = r.batch.tags[0]; }), "do not ascend");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.dictionary[5] = ""; }), "empty key or value");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.dictionary[1] = ""; }), "empty key or value");
}

TEST(RecordRefusal, strings_that_line_protocol_cannot_hold_are_refused) {
  for (const std::string_view bad : {"a\nb", "a\\", "\x7f", "\x01"}) {
    expect_undecodable(encode_wrong([=](Record& r) { r.batch.dictionary[2] = bad; }), "dictionary");
    expect_undecodable(encode_wrong([=](Record& r) { r.client_id = bad; }), "client_id");
    expect_undecodable(encode_wrong([=](Record& r) { r.attributes[0].second = bad; }), "attributes");
    if (bad.ends_with('\\')) continue;  // a key is not written in line protocol
    expect_undecodable(encode_wrong([=](Record& r) { r.key->client_key = bad; }), "batch_key");
  }
  for (const std::string_view bad : {"", "#cpu", "c\\pu"}) {
    expect_undecodable(encode_wrong([=](Record& r) { r.batch.dictionary[0] = bad; }), "series_names");
  }
}

TEST(RecordRefusal, indexes_and_positions_must_ascend) {
  expect_undecodable(encode_wrong([](Record& r) { r.batch.indexes = {0, 3, 3}; }), "indexes: not ascending");
  // Whoever folds a record keeps a bit for each index below the largest: one sample must not cost half a gigabyte.
  expect_undecodable(encode_wrong([](Record& r) { r.batch.indexes.back() = kIndexBound; }), "indexes: 131072");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.arrivals = {2, 0}; }), "arrival_positions: not ascending");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.arrivals = {1}; }), "both adjusted and without timestamp");
  expect_undecodable(encode_wrong([](Record& r) { r.batch.adjusted = {{1, r.accepted_at}, {1, r.accepted_at}}; }),
                     "adjusted_positions: not ascending");
}

TEST(RecordRefusal, a_field_that_comes_twice_is_refused) {
  const std::string bytes = encode(small_record());
  expect_undecodable(bytes + "\x20\x01", "field 4 is there twice");
  expect_undecodable(bytes + std::string("\x1a\x01z", 3), "field 3 is there twice");
  expect_undecodable(bytes + std::string("\x9a\x01\x01\x00", 4), "field 19 is there twice");
  expect_undecodable(bytes + std::string("\x62\x01\x00", 3), "field 12 is there twice");
}

TEST(RecordRefusal, a_field_of_another_wire_type_is_refused) {
  const std::string bytes = encode(small_record());
  expect_undecodable(bytes + std::string("\x98\x01\x07", 3), "another wire type");  // indexes, not packed
  expect_undecodable(bytes + std::string("\x22\x00", 2), "another wire type");
}

TEST(RecordRefusal, counts_without_data_allocate_nothing) {
  // A tag set of 2^32 - 1 pairs, a column that announces 4 GB, and a varint of ten bytes.
  const std::string head("\x08\x01\x10\x01\x1a\x01z", 7);
  expect_undecodable(head + std::string("\x5a\x05\xff\xff\xff\xff\x0f", 7), "tag_set_sizes");
  expect_undecodable(head + std::string("\x92\x01\xff\xff\xff\xff\x0f", 7), "not protobuf");
  expect_undecodable(head + std::string("\x62\x0b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 13), "not protobuf");
  expect_undecodable(head + std::string("\x92\x01\x03\x00\x00\x00", 6), "ends inside a number");
  expect_undecodable(head + std::string("\x62\x01\x80", 3), "ends inside a number");
}

}  // namespace
}  // namespace metricstream
