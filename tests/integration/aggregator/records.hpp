#pragma once

#include <cstdint>
#include <string>

#include "common/codec/record.hpp"
#include "services/aggregator/fold/fold_settings.hpp"

namespace metricstream::test {

// Records, and their bytes as they stand in metrics-raw.
inline std::string encoded(const Record& record) {
  std::string out;
  encode_record(record, out);
  return out;
}

inline Record tick_record(TimeNs at, std::int32_t partitions) {
  Record out;
  out.kind = RecordKind::tick;
  out.client_id = "c";
  out.accepted_at = at;
  out.partitions = partitions;
  out.max_age = fold::FoldSettings{}.max_age;
  return out;
}

// One reading of `name`, which must outlive the record.
inline Record sample_record(TimeNs at, std::int32_t partitions, std::string_view name, double value) {
  Record out = tick_record(at, partitions);
  out.kind = RecordKind::batch;
  out.batch.dictionary = {name};
  out.batch.series = {{.name = 0, .first_tag = 0, .tag_count = 0}};
  out.batch.sample_series = {0};
  out.batch.timestamps = {at};
  out.batch.values = {value};
  out.batch.indexes = {0};
  return out;
}

inline std::string tick_bytes(TimeNs at, std::int32_t partitions) { return encoded(tick_record(at, partitions)); }

inline std::string sample_bytes(TimeNs at, std::int32_t partitions, std::string_view name, double value) {
  return encoded(sample_record(at, partitions, name, value));
}

}  // namespace metricstream::test
