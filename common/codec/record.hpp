#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/model/record.hpp"

// The value of a record in `metrics-raw`: protobuf's wire format, described field by field in metrics_raw.proto.
namespace metricstream {

// Bounds of every time in a record, so that no sum of a timestamp and a configured duration can overflow: times lie in
// [-kMaxRecordTime, kMaxRecordTime] (the year 2223), max_age in [0, kMaxRecordAge] (31 years).
constexpr TimeNs kMaxRecordTime = 8'000'000'000'000'000'000;
constexpr TimeNs kMaxRecordAge = 1'000'000'000'000'000'000;

enum class RecordFault : std::uint8_t {
  undecodable,   // goes to metrics-dlq with its offset
  newer_schema,  // written by a later version: the partition must stop, nothing may be skipped
  unknown_kind,  // the same
};

struct RecordError {
  RecordFault fault;
  std::string message;
};

// Replaces `out` by the record's bytes. `record` must be well-formed: columns of equal length, indexes ascending,
// references inside their tables; what the JSON decoder fills is. A tick's batch is ignored.
// Equal records give equal bytes.
void encode_record(const Record& record, std::string& out);

// Reads a record into `out`, whose memory is reused. Views in `out` point into `bytes`, which must outlive them;
// nothing is copied. Every reference, length and order is checked, so that a decoded record needs no further checks; on
// failure `out` is unspecified. `schema_version` and `kind` are looked at first: a newer record may hold anything else.
[[nodiscard]] Result<void, RecordError> decode_record(std::string_view bytes, Record& out);

}  // namespace metricstream
