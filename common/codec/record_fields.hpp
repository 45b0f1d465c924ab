#pragma once

#include <cstdint>

#include "common/base/clock.hpp"

// Private to the codec: the field numbers of metrics_raw.proto.
namespace metricstream {

enum class RecordField : std::uint32_t {
  kind = 1,
  schema_version = 2,
  client_id = 3,
  accepted_at_ns = 4,
  partitions = 5,
  max_age_ns = 6,
  batch_key = 7,
  attributes = 8,
  dictionary = 9,
  tag_pairs = 10,
  tag_set_sizes = 11,
  series_names = 12,
  series_tag_sets = 13,
  series_types = 14,
  series_units = 15,
  sample_series = 16,
  timestamp_deltas = 17,
  values = 18,
  indexes = 19,
  adjusted_positions = 20,
  adjusted_originals = 21,
  arrival_positions = 22,
};

enum class BatchKeyField : std::uint32_t { client_key = 1, body_hash = 2 };
enum class AttributeField : std::uint32_t { key = 1, value = 2 };

}  // namespace metricstream
