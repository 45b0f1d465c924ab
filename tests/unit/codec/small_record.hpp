#pragma once

#include <string>

#include "common/codec/record.hpp"

namespace metricstream::testing {

inline std::string encode(const Record& record) {
  std::string out;
  encode_record(record, out);
  return out;
}

// Two series that share a tag set, three samples, one adjusted, one without timestamp, one index missing.
inline Record small_record() {
  Record record;
  record.client_id = "client";
  record.accepted_at = 1'700'000'000 * kSecond;
  record.partitions = 12;
  record.max_age = 75 * kMinute;
  record.key = BatchKey{"key", hash128("body")};
  record.attributes.emplace_back("dc", "eu");
  Batch& batch = record.batch;
  batch.dictionary = {"cpu", "host", "a", "mem", "os", "linux"};
  batch.tags = {{1, 2}, {4, 5}};
  batch.series = {{.name = 0, .first_tag = 0, .tag_count = 2},
                  {.name = 3, .unit = 5, .first_tag = 0, .tag_count = 2, .type = MetricType::counter}};
  batch.sample_series = {0, 1, 0};
  batch.timestamps = {record.accepted_at - kSecond, record.accepted_at + 1, record.accepted_at + 3};
  batch.values = {1.5, -0.0, 1e300};
  batch.indexes = {0, 1, 3};
  batch.adjusted = {{1, record.accepted_at + kHour}};
  batch.arrivals = {2};
  return record;
}

}  // namespace metricstream::testing
