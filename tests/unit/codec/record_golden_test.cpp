// The bytes of a record are a contract with every record that is in the topic already: golden files hold them.
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "common/codec/record.hpp"
#include "tests/unit/codec/sample_facts.hpp"

namespace metricstream {
namespace {

using testing::facts_of;

const std::string kGolden = METRICSTREAM_SOURCE_DIR "/tests/unit/codec/golden/";

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream out;
  out << file.rdbuf();
  return std::move(out).str();
}

// `protoc` on the file, with the schema that is checked in: what anybody sees who reads the topic with it.
std::string protoc_decode(const std::string& path) {
  const std::string command = std::string(METRICSTREAM_PROTOC) +
                              " --proto_path='" METRICSTREAM_SOURCE_DIR
                              "/common/codec' --decode=metricstream.MetricsRaw metrics_raw.proto < '" +
                              path + "' 2>&1";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string out;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    out.append(buffer.data(), size);
  }
  return out;
}

// Every field of the schema.
Record batch_record() {
  Record record;
  record.client_id = "web-fleet";
  record.accepted_at = 1'737'000'000'123'456'789;
  record.partitions = 12;
  record.max_age = 75 * kMinute;
  record.key = BatchKey{"request-42", hash128("the body")};
  record.attributes = {{"datacenter", "eu-west-1"}, {"environment", "production"}};
  Batch& batch = record.batch;
  batch.dictionary = {"cpu.usage.percent", "core",    "0",       "host", "web-1",    "1",
                      "http.requests",     "seconds", "latency", "path", "/a b,c=d", "tempor\xc3\xa4r"};
  batch.tags = {{1, 2}, {3, 4}, {1, 5}, {3, 4}, {9, 10}};
  batch.series = {{.name = 0, .first_tag = 0, .tag_count = 2},
                  {.name = 0, .first_tag = 2, .tag_count = 2},
                  {.name = 6, .type = MetricType::counter},
                  {.name = 8, .unit = 7, .first_tag = 4, .tag_count = 1, .type = MetricType::histogram},
                  {.name = 6, .unit = 11, .first_tag = 0, .tag_count = 2, .type = MetricType::counter}};
  batch.sample_series = {0, 1, 2, 3, 3, 4};
  batch.timestamps = {1'736'999'999'000'000'000, 1'736'999'999'000'000'000, 1'737'000'000'123'456'792,
                      1'736'996'400'000'000'001, 1'737'000'000'123'456'795, 1'737'000'000'123'456'797};
  batch.values = {75.3, 0.1, -0.0, 1e-300, 1.7976931348623157e308, 42};
  batch.indexes = {0, 1, 3, 4, 6, 8};
  batch.adjusted = {{2, 1'737'000'900'000'000'000}};
  batch.arrivals = {4, 5};
  return record;
}

// What most records are: gauges in request order with their own timestamps, no key of the client's.
Record plain_record() {
  Record record;
  record.client_id = "c";
  record.accepted_at = 1'737'000'000'000'000'000;
  record.partitions = 1;
  record.max_age = kHour;
  record.key = BatchKey{"", hash128("")};
  record.batch.dictionary = {"a"};
  record.batch.series = {{.name = 0}};
  record.batch.sample_series = {0, 0};
  record.batch.timestamps = {1'737'000'000'000'000'000, 1'737'000'001'000'000'000};
  record.batch.values = {1, 2};
  record.batch.indexes = {0, 1};
  return record;
}

Record tick_record() {
  Record record;
  record.kind = RecordKind::tick;
  record.accepted_at = 1'737'000'000'000'000'000;
  record.partitions = 12;
  return record;
}

class GoldenRecord : public ::testing::TestWithParam<std::pair<const char*, Record (*)()>> {
 protected:
  std::string path(const char* extension) const { return kGolden + GetParam().first + extension; }
};

TEST_P(GoldenRecord, is_what_the_encoder_writes) {
  std::string bytes;
  encode_record(GetParam().second(), bytes);
  if (std::getenv("METRICSTREAM_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path(".bin"), std::ios::binary) << bytes;
    std::ofstream(path(".txt"), std::ios::binary) << protoc_decode(path(".bin"));
  }
  EXPECT_EQ(bytes, read_file(path(".bin"))) << "the schema changed: raise kRecordSchemaVersion, keep the old files";
}

TEST_P(GoldenRecord, is_read_by_the_decoder) {
  const std::string bytes = read_file(path(".bin"));
  const Record expected = GetParam().second();
  Record record;
  const auto result = decode_record(bytes, record);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(record.kind, expected.kind);
  EXPECT_EQ(record.schema_version, expected.schema_version);
  EXPECT_EQ(record.client_id, expected.client_id);
  EXPECT_EQ(record.accepted_at, expected.accepted_at);
  EXPECT_EQ(record.partitions, expected.partitions);
  EXPECT_EQ(record.max_age, expected.max_age);
  EXPECT_EQ(record.attributes, expected.attributes);
  ASSERT_EQ(record.key.has_value(), expected.key.has_value());
  if (record.key) {
    EXPECT_EQ(record.key->client_key, expected.key->client_key);
    EXPECT_EQ(record.key->body_hash, expected.key->body_hash);
  }
  EXPECT_EQ(facts_of(record.batch), facts_of(expected.batch));
}

TEST_P(GoldenRecord, is_readable_with_protoc_and_the_schema) {
  EXPECT_EQ(protoc_decode(path(".bin")), read_file(path(".txt")));
}

INSTANTIATE_TEST_SUITE_P(Version1, GoldenRecord,
                         ::testing::Values(std::pair{"batch_v1", &batch_record}, std::pair{"plain_v1", &plain_record},
                                           std::pair{"tick_v1", &tick_record}),
                         [](const auto& info) { return std::string(info.param.first); });

}  // namespace
}  // namespace metricstream
