#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <protozero/pbf_reader.hpp>
#include <vector>

#include "common/codec/record.hpp"
#include "common/codec/record_columns.hpp"
#include "common/codec/record_fields.hpp"

namespace metricstream {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

constexpr std::size_t kFieldCount = static_cast<std::size_t>(RecordField::arrival_positions) + 1;

// The message's fields before anything is made of them: scalars by value, packed columns as views.
struct RawFields {
  std::array<std::optional<std::string_view>, kFieldCount> columns;
  std::array<std::optional<std::uint64_t>, kFieldCount> scalars;

  [[nodiscard]] std::string_view column(RecordField field) const {
    return columns[static_cast<std::size_t>(field)].value_or(std::string_view());
  }
  [[nodiscard]] bool has(RecordField field) const { return columns[static_cast<std::size_t>(field)].has_value(); }
  [[nodiscard]] std::uint64_t scalar(RecordField field) const {
    return scalars[static_cast<std::size_t>(field)].value_or(0);
  }
};

std::string_view view_of(pbf_reader& reader) {
  const protozero::data_view view = reader.get_view();
  return {view.data(), view.size()};
}

void require(bool condition, const char* message) {
  if (!condition) throw MalformedRecord(message);
}

void require_wire_type(const pbf_reader& reader, pbf_wire_type type) {
  if (reader.wire_type() != type) {
    throw MalformedRecord("field " + std::to_string(reader.tag()) + " has another wire type than the schema says");
  }
}

template <class Value>
void set_once(std::optional<Value>& slot, Value value, std::uint32_t tag) {
  if (slot) throw MalformedRecord("field " + std::to_string(tag) + " is there twice");
  slot = value;
}

// Kind and schema version decide whether the rest may be looked at, so they are found first. They are written first:
// the loop ends after two fields.
struct Preamble {
  std::uint64_t kind = 0;  // 0, as in all of proto3: not there
  std::uint64_t schema_version = 0;
};

Preamble read_preamble(std::string_view bytes) {
  Preamble out;
  pbf_reader reader(bytes.data(), bytes.size());
  while ((out.kind == 0 || out.schema_version == 0) && reader.next()) {
    const bool is_number = reader.wire_type() == pbf_wire_type::varint;
    if (is_number && reader.tag() == static_cast<std::uint32_t>(RecordField::kind)) {
      out.kind = reader.get_uint64();
    } else if (is_number && reader.tag() == static_cast<std::uint32_t>(RecordField::schema_version)) {
      out.schema_version = reader.get_uint64();
    } else {
      reader.skip();
    }
  }
  require(out.kind != 0 && out.schema_version != 0, "kind or schema_version is missing");
  return out;
}

// Some other program's bytes may begin like a record of the future; a whole message of well-formed fields is asked for
// before a partition is stopped for it.
void require_well_formed(std::string_view bytes) {
  pbf_reader reader(bytes.data(), bytes.size());
  while (reader.next()) reader.skip();
}

std::pair<std::string_view, std::string_view> read_two_strings(std::string_view message) {
  std::array<std::optional<std::string_view>, 3> found;
  pbf_reader reader(message.data(), message.size());
  while (reader.next()) {
    if (reader.tag() > 2) {
      reader.skip();
      continue;
    }
    require_wire_type(reader, pbf_wire_type::length_delimited);
    const std::uint32_t tag = reader.tag();
    set_once(found[tag], view_of(reader), tag);
  }
  return {found[1].value_or(""), found[2].value_or("")};
}

// Reads one field that is of this schema; repeated messages and the dictionary go straight into `out`.
void read_field(pbf_reader& reader, RawFields& raw, Record& out) {
  const std::uint32_t tag = reader.tag();
  const auto field = static_cast<RecordField>(tag);
  const bool is_scalar = field == RecordField::kind || field == RecordField::schema_version ||
                         field == RecordField::accepted_at_ns || field == RecordField::partitions ||
                         field == RecordField::max_age_ns;
  require_wire_type(reader, is_scalar ? pbf_wire_type::varint : pbf_wire_type::length_delimited);
  if (is_scalar) {
    set_once(raw.scalars[tag], reader.get_uint64(), tag);
  } else if (field == RecordField::dictionary) {
    out.batch.dictionary.push_back(view_of(reader));
  } else if (field == RecordField::attributes) {
    out.attributes.push_back(read_two_strings(view_of(reader)));
  } else {
    set_once(raw.columns[tag], view_of(reader), tag);
  }
}

RawFields read_fields(std::string_view bytes, Record& out) {
  RawFields raw;
  pbf_reader reader(bytes.data(), bytes.size());
  while (reader.next()) {
    if (reader.tag() < kFieldCount) {
      read_field(reader, raw, out);
    } else {
      reader.skip();  // a field that this version may ignore, by the rules in metrics_raw.proto
    }
  }
  return raw;
}

void read_request(const RawFields& raw, Record& out) {
  out.client_id = raw.column(RecordField::client_id);
  out.accepted_at = static_cast<TimeNs>(raw.scalar(RecordField::accepted_at_ns));
  out.max_age = static_cast<TimeNs>(raw.scalar(RecordField::max_age_ns));
  const std::uint64_t partitions = raw.scalar(RecordField::partitions);
  require(out.accepted_at >= -kMaxRecordTime && out.accepted_at <= kMaxRecordTime, "accepted_at_ns is out of range");
  require(out.max_age >= 0 && out.max_age <= kMaxRecordAge, "max_age_ns is out of range");
  require(partitions <= std::numeric_limits<std::int32_t>::max(), "partitions is out of range");
  require(!out.client_id.empty() || out.kind == RecordKind::tick, "client_id is missing");
  out.partitions = static_cast<std::int32_t>(partitions);
  require_plain(out.client_id, "client_id");
  for (const auto& [key, value] : out.attributes) {
    require(!key.empty(), "an attribute without key");
    require_plain(key, "attributes");
    require_plain(value, "attributes");
  }
  if (raw.has(RecordField::batch_key)) {
    const auto [client_key, hash] = read_two_strings(raw.column(RecordField::batch_key));
    require(hash.size() == sizeof(Hash128::bytes), "batch_key.body_hash is not 16 bytes long");
    require_printable(client_key, "batch_key");  // any printable text: no point is written with it
    out.key = BatchKey{client_key, Hash128::from_view(hash)};
  }
}

void check_tag_set(const Batch& batch, std::size_t first, std::size_t end) {
  for (std::size_t i = first; i < end; ++i) {
    const std::string_view key = batch.text(batch.tags[i].key);
    require(!key.empty() && !batch.text(batch.tags[i].value).empty(), "tag_pairs: an empty key or value");
    require(i == first || batch.text(batch.tags[i - 1].key) < key, "tag_pairs: a set's keys do not ascend");
  }
}

// Where each tag set begins in Batch::tags, and behind the last where the tags end.
std::vector<std::uint32_t> read_tags(const RawFields& raw, std::vector<std::uint32_t>& scratch, Batch& batch) {
  read_positions(raw.column(RecordField::tag_pairs), batch.dictionary.size(), "tag_pairs", scratch);
  require(scratch.size() % 2 == 0, "tag_pairs: a key without value");
  batch.tags.resize(scratch.size() / 2);
  for (std::size_t i = 0; i < batch.tags.size(); ++i) batch.tags[i] = {scratch[2 * i], scratch[2 * i + 1]};

  read_positions(raw.column(RecordField::tag_set_sizes), batch.tags.size() + 1, "tag_set_sizes", scratch);
  std::vector<std::uint32_t> starts;
  starts.reserve(scratch.size() + 1);
  starts.push_back(0);
  for (const std::uint32_t size : scratch) {
    const std::uint32_t first = starts.back();
    require(size > 0 && size <= batch.tags.size() - first, "tag_set_sizes: an empty set, or more tags than there are");
    check_tag_set(batch, first, first + size);
    starts.push_back(first + size);
  }
  require(starts.back() == batch.tags.size(), "tag_set_sizes: fewer tags than there are");
  return starts;
}

void read_series(const RawFields& raw, std::vector<std::uint32_t>& scratch, Batch& batch) {
  for (const std::string_view text : batch.dictionary) require_plain(text, "dictionary");
  const std::vector<std::uint32_t> set_starts = read_tags(raw, scratch, batch);

  read_positions(raw.column(RecordField::series_names), batch.dictionary.size(), "series_names", scratch);
  batch.series.resize(scratch.size());
  for (std::size_t i = 0; i < scratch.size(); ++i) {
    const std::string_view name = batch.text(scratch[i]);
    require(!name.empty() && name.front() != '#' && !name.contains('\\'),
            "series_names: an empty name, or one with a leading # or a backslash");
    batch.series[i] = SeriesRow{.name = scratch[i]};
  }

  const std::size_t count = batch.series.size();
  read_positions(raw.column(RecordField::series_tag_sets), set_starts.size(), "series_tag_sets", scratch);
  require(scratch.size() == count, "series_tag_sets has another length than series_names");
  for (std::size_t i = 0; i < count; ++i) {
    if (scratch[i] == 0) continue;
    batch.series[i].first_tag = set_starts[scratch[i] - 1];
    batch.series[i].tag_count = set_starts[scratch[i]] - batch.series[i].first_tag;
  }
  if (raw.has(RecordField::series_types)) {
    read_positions(raw.column(RecordField::series_types), 3, "series_types", scratch);
    require(scratch.size() == count, "series_types has another length than series_names");
    for (std::size_t i = 0; i < count; ++i) batch.series[i].type = static_cast<MetricType>(scratch[i]);
  }
  if (raw.has(RecordField::series_units)) {
    read_positions(raw.column(RecordField::series_units), batch.dictionary.size() + 1, "series_units", scratch);
    require(scratch.size() == count, "series_units has another length than series_names");
    for (std::size_t i = 0; i < count; ++i) batch.series[i].unit = scratch[i] - 1U;  // 0 wraps to kNoString
  }
}

void read_placements(const RawFields& raw, TimeNs accepted_at, std::vector<std::uint32_t>& scratch, Batch& batch) {
  if (!raw.has(RecordField::adjusted_positions) && !raw.has(RecordField::adjusted_originals) &&
      !raw.has(RecordField::arrival_positions)) {
    return;
  }
  read_ascending(raw.column(RecordField::adjusted_positions), batch.size(), "adjusted_positions", scratch);
  std::vector<TimeNs> originals;
  read_offset_times(raw.column(RecordField::adjusted_originals), accepted_at, "adjusted_originals", originals);
  require(originals.size() == scratch.size(), "adjusted_originals has another length than adjusted_positions");
  for (std::size_t i = 0; i < scratch.size(); ++i) batch.adjusted.push_back({scratch[i], originals[i]});

  read_ascending(raw.column(RecordField::arrival_positions), batch.size(), "arrival_positions", batch.arrivals);
  for (const std::uint32_t position : scratch) {
    require(!std::ranges::binary_search(batch.arrivals, position), "a sample is both adjusted and without timestamp");
  }
}

void read_samples(const RawFields& raw, TimeNs accepted_at, std::vector<std::uint32_t>& scratch, Batch& batch) {
  read_positions(raw.column(RecordField::sample_series), batch.series.size(), "sample_series", batch.sample_series);
  read_delta_times(raw.column(RecordField::timestamp_deltas), accepted_at, "timestamp_deltas", batch.timestamps);
  read_values(raw.column(RecordField::values), batch.values);
  const std::size_t n = batch.size();
  require(batch.sample_series.size() == n && batch.timestamps.size() == n, "the sample columns differ in length");
  require(n <= kIndexBound, "more samples than a request may have");
  if (raw.has(RecordField::indexes)) {
    read_ascending(raw.column(RecordField::indexes), kIndexBound, "indexes", batch.indexes);
    require(batch.indexes.size() == n, "the sample columns differ in length");
  } else {
    batch.indexes.resize(n);
    for (std::size_t i = 0; i < n; ++i) batch.indexes[i] = static_cast<std::uint32_t>(i);
  }
  read_placements(raw, accepted_at, scratch, batch);
}

void reset(Record& record) {
  record.key.reset();
  record.attributes.clear();
  record.batch.clear();
}

// Throws MalformedRecord or one of protozero's exceptions; they are one thing to the caller.
Result<void, RecordError> decode(std::string_view bytes, Record& out) {
  reset(out);
  const Preamble preamble = read_preamble(bytes);
  if (preamble.schema_version > kRecordSchemaVersion) {
    require_well_formed(bytes);
    return std::unexpected(
        RecordError{RecordFault::newer_schema, "schema version " + std::to_string(preamble.schema_version) +
                                                   ", this build reads up to " + std::to_string(kRecordSchemaVersion)});
  }
  if (preamble.kind > static_cast<std::uint64_t>(RecordKind::tick)) {
    require_well_formed(bytes);
    return std::unexpected(RecordError{RecordFault::unknown_kind, "record kind " + std::to_string(preamble.kind)});
  }
  out.kind = static_cast<RecordKind>(preamble.kind);
  out.schema_version = static_cast<std::uint32_t>(preamble.schema_version);

  const RawFields raw = read_fields(bytes, out);
  read_request(raw, out);
  std::vector<std::uint32_t> scratch;
  read_series(raw, scratch, out.batch);
  read_samples(raw, out.accepted_at, scratch, out.batch);
  require(out.kind != RecordKind::tick || (out.batch.dictionary.empty() && out.batch.series.empty()),
          "a tick with samples");
  return {};
}

}  // namespace

Result<void, RecordError> decode_record(std::string_view bytes, Record& out) {
  try {
    return decode(bytes, out);
  } catch (const MalformedRecord& malformed) {
    return std::unexpected(RecordError{RecordFault::undecodable, malformed.what()});
  } catch (const protozero::exception& malformed) {
    return std::unexpected(RecordError{RecordFault::undecodable, std::string("not protobuf: ") + malformed.what()});
  }
}

}  // namespace metricstream
