#include <bit>
#include <cstddef>
#include <cstring>
#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>
#include <span>
#include <vector>

#include "common/codec/record.hpp"
#include "common/codec/record_fields.hpp"

namespace metricstream {
namespace {

using protozero::encode_zigzag64;

// Differences wrap, as the decoder's sums do: any two timestamps have one.
std::int64_t difference(TimeNs later, TimeNs earlier) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier));
}

std::size_t varint_length(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1U)) + 6) / 7;
}

char* write_varint(char* place, std::uint64_t value) { return place + protozero::add_varint_to_buffer(place, value); }

// Appends the tag and length of a packed field and room for `bytes` of it; returns where they go.
char* append_packed_room(std::string& out, RecordField field, std::size_t bytes) {
  const std::uint64_t tag = (static_cast<std::uint64_t>(field) << 3U) | 2U;  // length-delimited
  const std::size_t before = out.size();
  const std::size_t after = before + varint_length(tag) + varint_length(bytes) + bytes;
  // libstdc++ 12 hands the operation its enlarged capacity in place of the size asked for.
  out.resize_and_overwrite(after, [after](char*, std::size_t) { return after; });
  return write_varint(write_varint(out.data() + before, tag), bytes);
}

// A column of `count` varints; `value_at(i)` is called twice for each, ascending. Writes nothing for an empty column.
template <class ValueAt>
void append_column(std::string& out, RecordField field, std::size_t count, ValueAt value_at) {
  if (count == 0) return;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) bytes += varint_length(value_at(i));
  char* place = append_packed_room(out, field, bytes);
  for (std::size_t i = 0; i < count; ++i) place = write_varint(place, value_at(i));
}

void append_values(std::string& out, std::span<const double> values) {
  static_assert(std::endian::native == std::endian::little, "protobuf's doubles are little-endian");
  if (values.empty()) return;
  char* const place = append_packed_room(out, RecordField::values, values.size_bytes());
  std::memcpy(place, values.data(), values.size_bytes());
}

void append_request(std::string& out, const Record& record) {
  const auto number = [](auto field) { return static_cast<protozero::pbf_tag_type>(field); };
  protozero::pbf_writer writer(out);
  writer.add_enum(number(RecordField::kind), static_cast<std::int32_t>(record.kind));
  writer.add_uint32(number(RecordField::schema_version), record.schema_version);
  writer.add_string(number(RecordField::client_id), record.client_id.data(), record.client_id.size());
  writer.add_int64(number(RecordField::accepted_at_ns), record.accepted_at);
  writer.add_int32(number(RecordField::partitions), record.partitions);
  writer.add_int64(number(RecordField::max_age_ns), record.max_age);
  if (record.key) {
    protozero::pbf_writer key(writer, number(RecordField::batch_key));
    const std::string_view hash = record.key->body_hash.view();
    key.add_string(number(BatchKeyField::client_key), record.key->client_key.data(), record.key->client_key.size());
    key.add_bytes(number(BatchKeyField::body_hash), hash.data(), hash.size());
  }
  for (const auto& [key, value] : record.attributes) {
    protozero::pbf_writer attribute(writer, number(RecordField::attributes));
    attribute.add_string(number(AttributeField::key), key.data(), key.size());
    attribute.add_string(number(AttributeField::value), value.data(), value.size());
  }
}

void append_dictionary(std::string& out, std::span<const std::string_view> dictionary) {
  protozero::pbf_writer writer(out);
  for (const std::string_view text : dictionary) {
    writer.add_string(static_cast<protozero::pbf_tag_type>(RecordField::dictionary), text.data(), text.size());
  }
}

// The runs of Batch::tags that series use, each once, in the order of first use.
struct TagSets {
  std::vector<const SeriesRow*> first_users;
  std::vector<std::uint32_t> of_series;  // 0: no tags; k: set k - 1
  std::size_t pair_count = 0;

  explicit TagSets(const Batch& batch) {
    of_series.reserve(batch.series.size());
    std::vector<std::uint32_t> set_at(batch.tags.size(), 0);  // by first_tag
    for (const SeriesRow& row : batch.series) {
      if (row.tag_count == 0) {
        of_series.push_back(0);
        continue;
      }
      std::uint32_t& known = set_at[row.first_tag];
      if (known == 0 || first_users[known - 1]->tag_count != row.tag_count) {
        first_users.push_back(&row);
        known = static_cast<std::uint32_t>(first_users.size());
        pair_count += row.tag_count;
      }
      of_series.push_back(known);
    }
  }
};

void append_tag_pairs(std::string& out, const Batch& batch, const TagSets& sets) {
  if (sets.pair_count == 0) return;
  const auto each = [&](auto&& visit) {
    for (const SeriesRow* row : sets.first_users) {
      for (const TagRef& tag : std::span(batch.tags).subspan(row->first_tag, row->tag_count)) {
        visit(tag.key);
        visit(tag.value);
      }
    }
  };
  std::size_t bytes = 0;
  each([&](std::uint32_t id) { bytes += varint_length(id); });
  char* place = append_packed_room(out, RecordField::tag_pairs, bytes);
  each([&](std::uint32_t id) { place = write_varint(place, id); });
}

void append_series(std::string& out, const Batch& batch) {
  const TagSets sets(batch);
  const auto& series = batch.series;
  append_tag_pairs(out, batch, sets);
  append_column(out, RecordField::tag_set_sizes, sets.first_users.size(),
                [&](std::size_t i) { return sets.first_users[i]->tag_count; });
  append_column(out, RecordField::series_names, series.size(), [&](std::size_t i) { return series[i].name; });
  append_column(out, RecordField::series_tag_sets, series.size(), [&](std::size_t i) { return sets.of_series[i]; });

  bool has_types = false;
  bool has_units = false;
  for (const SeriesRow& row : series) {
    has_types = has_types || row.type != MetricType::gauge;
    has_units = has_units || row.unit != kNoString;
  }
  if (has_types) {
    append_column(out, RecordField::series_types, series.size(),
                  [&](std::size_t i) { return static_cast<std::uint64_t>(series[i].type); });
  }
  if (has_units) {  // kNoString + 1 wraps to 0
    append_column(out, RecordField::series_units, series.size(), [&](std::size_t i) { return series[i].unit + 1U; });
  }
}

bool is_identity(std::span<const std::uint32_t> indexes) {
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    if (indexes[i] != i) return false;
  }
  return true;
}

void append_samples(std::string& out, const Batch& batch, TimeNs accepted_at) {
  const std::size_t n = batch.size();
  append_column(out, RecordField::sample_series, n, [&](std::size_t i) { return batch.sample_series[i]; });
  append_column(out, RecordField::timestamp_deltas, n, [&](std::size_t i) {
    return encode_zigzag64(difference(batch.timestamps[i], i == 0 ? accepted_at : batch.timestamps[i - 1]));
  });
  append_values(out, batch.values);
  if (!is_identity(batch.indexes)) {
    append_column(out, RecordField::indexes, n, [&](std::size_t i) { return batch.indexes[i]; });
  }
  append_column(out, RecordField::adjusted_positions, batch.adjusted.size(),
                [&](std::size_t i) { return batch.adjusted[i].position; });
  append_column(out, RecordField::adjusted_originals, batch.adjusted.size(),
                [&](std::size_t i) { return encode_zigzag64(difference(batch.adjusted[i].original, accepted_at)); });
  append_column(out, RecordField::arrival_positions, batch.arrivals.size(),
                [&](std::size_t i) { return batch.arrivals[i]; });
}

}  // namespace

void encode_record(const Record& record, std::string& out) {
  out.clear();
  append_request(out, record);
  if (record.kind == RecordKind::tick) return;
  append_dictionary(out, record.batch.dictionary);
  append_series(out, record.batch);
  append_samples(out, record.batch, record.accepted_at);
}

}  // namespace metricstream
