#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/hash.hpp"
#include "common/model/batch.hpp"

namespace metricstream {

// The version of the record's schema that this build writes; it reads this one and older ones.
constexpr std::uint32_t kRecordSchemaVersion = 1;

enum class RecordKind : std::uint8_t {
  batch = 1,  // one HTTP request's samples
  tick = 2,   // moves stream time on an idle partition; carries no samples
};

// Names a request, so that sending it again changes nothing. The body's hash is part of it: a key that a client used
// again with another body names another request. `client_key` is empty where the client gave none.
struct BatchKey {
  std::string_view client_key;
  Hash128 body_hash;
};

// What the ingest service adds to a batch (datacenter, environment): no part of identity, applied at output.
using Attribute = std::pair<std::string_view, std::string_view>;

// Everything one record in `metrics-raw` says. Views point into the request or into the record's own bytes.
struct Record {
  RecordKind kind = RecordKind::batch;
  std::uint32_t schema_version = kRecordSchemaVersion;
  std::string_view client_id;
  TimeNs accepted_at = 0;       // the ingest host's clock
  std::int32_t partitions = 0;  // N, by which the partition was computed
  TimeNs max_age = 0;           // the oldest a sample could be when it was accepted
  std::optional<BatchKey> key;  // none: a retry counts again
  std::vector<Attribute> attributes;
  Batch batch;
};

}  // namespace metricstream
