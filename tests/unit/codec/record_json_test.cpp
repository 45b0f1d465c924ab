#include "common/codec/record_json.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <cstdlib>
#include <random>
#include <string>

#include "common/base/hash.hpp"
#include "common/codec/json_tree.hpp"
#include "tests/unit/codec/random_record.hpp"

namespace metricstream {
namespace {

Record record_of_every_placement() {
  Record record;
  record.client_id = "client \"1\"";
  record.accepted_at = 1000;
  record.max_age = 75;
  record.partitions = 12;
  record.key = BatchKey{"key", Hash128{}};
  record.attributes.emplace_back("dc", "eu");
  Batch& batch = record.batch;
  batch.dictionary = {"cpu", "host", "a\tb", "ms"};
  batch.tags = {{1, 2}};
  batch.series = {{.name = 0, .unit = 3, .first_tag = 0, .tag_count = 1, .type = MetricType::histogram}, {.name = 0}};
  batch.sample_series = {0, 1, 1};
  batch.timestamps = {900, 1001, 1002};
  batch.values = {0.1, -2, 1e300};
  batch.indexes = {0, 1, 4};
  batch.adjusted = {{1, 99999}};
  batch.arrivals = {2};
  return record;
}

std::string json_lines_of(const Record& record) {
  std::string out;
  append_json_lines(record, out);
  return out;
}

TEST(RecordJson, gives_one_object_a_sample) {
  const std::string request =
      R"("batch_key":{"client_key":"key","body_hash":"00000000000000000000000000000000"},"accepted_at_ns":1000,"max_age_ns":75,"partitions":12,"schema_version":1,"attributes":{"dc":"eu"}})";
  EXPECT_EQ(
      json_lines_of(record_of_every_placement()),
      R"({"client_id":"client \"1\"","name":"cpu","tags":{"host":"a\tb"},"type":"histogram","unit":"ms","value":0.1,"timestamp_ns":900,"index":0,"placement":"own",)" +
          request + "\n" +
          R"({"client_id":"client \"1\"","name":"cpu","tags":{},"type":"gauge","value":-2,"timestamp_ns":1001,"index":1,"placement":"adjusted","original_timestamp_ns":99999,)" +
          request + "\n" +
          R"({"client_id":"client \"1\"","name":"cpu","tags":{},"type":"gauge","value":1e+300,"timestamp_ns":1002,"index":4,"placement":"arrival",)" +
          request + "\n");
}

TEST(RecordJson, says_that_there_is_no_batch_key) {
  Record record = record_of_every_placement();
  record.key.reset();
  EXPECT_THAT(json_lines_of(record), ::testing::HasSubstr(R"("batch_key":null)"));
}

TEST(RecordJson, gives_one_object_for_a_tick) {
  Record record;
  record.accepted_at = 1000;
  record.kind = RecordKind::tick;
  EXPECT_EQ(json_lines_of(record), "{\"kind\":\"tick\",\"accepted_at_ns\":1000}\n");
}

TEST(RecordJson, gives_one_object_for_a_batch_without_samples) {
  Record record;
  record.client_id = "c";
  const std::string lines = json_lines_of(record);
  EXPECT_THAT(lines, ::testing::StartsWith(R"({"kind":"batch","client_id":"c","batch_key":null,)"));
  EXPECT_TRUE(parse_json_tree(lines));
}

TEST(RecordJson, a_value_reads_back_bit_equal_also_where_a_reader_takes_whole_numbers_for_integers) {
  std::mt19937_64 random(754);
  for (int round = 0; round < 500; ++round) {
    testing::Strings strings;
    Record record = testing::random_record(random, strings);
    if (record.batch.size() > 2) {
      record.batch.values[0] = -0.0;
      record.batch.values[1] = static_cast<double>(random() >> (random() % 64));
    }
    const std::string lines = json_lines_of(record);
    std::size_t start = 0;
    for (const double value : record.batch.values) {
      const std::size_t end = lines.find('\n', start);
      const auto line = parse_json_tree(std::string_view(lines).substr(start, end - start));
      ASSERT_TRUE(line) << line.error().message;
      const std::string& text = std::get<JsonNumber>(line->find("value")->value).text;
      const bool is_whole = text.find_first_of(".e") == std::string::npos;
      const double read = is_whole && text.size() < 19 ? static_cast<double>(std::strtoll(text.c_str(), nullptr, 10))
                                                       : std::strtod(text.c_str(), nullptr);
      ASSERT_EQ(std::bit_cast<std::uint64_t>(read), std::bit_cast<std::uint64_t>(value)) << text;
      start = end + 1;
    }
  }
}

}  // namespace
}  // namespace metricstream
