#include "common/codec/record_json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "common/base/hash.hpp"
#include "common/base/text.hpp"
#include "common/codec/line_protocol.hpp"

namespace metricstream {
namespace {

// One object; values of known shape only, so that commas are all there is to keep.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }

  void text(std::string_view key, std::string_view value) {
    name(key);
    out_.push_back('"');
    append_json_escaped(out_, value);
    out_.push_back('"');
  }
  void integer(std::string_view key, std::int64_t value) {
    name(key);
    out_ += std::to_string(value);
  }
  void number(std::string_view key, double value) {
    name(key);
    append_float(out_, value);
    if (value == 0 && std::signbit(value)) out_ += ".0";  // many readers take -0 for an integer, which has no sign
  }
  void null(std::string_view key) {
    name(key);
    out_ += "null";
  }
  [[nodiscard]] ObjectWriter object(std::string_view key) {
    name(key);
    return ObjectWriter(out_);
  }
  void close() { out_.push_back('}'); }

 private:
  void name(std::string_view key) {
    if (!is_first_) out_.push_back(',');
    is_first_ = false;
    out_.push_back('"');
    append_json_escaped(out_, key);
    out_ += "\":";
  }
  std::string& out_;
  bool is_first_ = true;
};

void append_request(ObjectWriter& writer, const Record& record) {
  if (record.key) {
    ObjectWriter key = writer.object("batch_key");
    key.text("client_key", record.key->client_key);
    key.text("body_hash", to_hex(record.key->body_hash.view()));
    key.close();
  } else {
    writer.null("batch_key");
  }
  writer.integer("accepted_at_ns", record.accepted_at);
  writer.integer("max_age_ns", record.max_age);
  writer.integer("partitions", record.partitions);
  writer.integer("schema_version", record.schema_version);
  ObjectWriter attributes = writer.object("attributes");
  for (const auto& [key, value] : record.attributes) attributes.text(key, value);
  attributes.close();
}

void append_placement(ObjectWriter& writer, const Batch& batch, std::uint32_t position) {
  const auto adjusted = std::ranges::lower_bound(batch.adjusted, position, {}, &AdjustedSample::position);
  if (adjusted != batch.adjusted.end() && adjusted->position == position) {
    writer.text("placement", "adjusted");
    writer.integer("original_timestamp_ns", adjusted->original);
  } else {
    writer.text("placement", std::ranges::binary_search(batch.arrivals, position) ? "arrival" : "own");
  }
}

void append_sample(std::string& out, const Record& record, std::uint32_t position) {
  const Batch& batch = record.batch;
  const SeriesRow& series = batch.series[batch.sample_series[position]];
  ObjectWriter writer(out);
  writer.text("client_id", record.client_id);
  writer.text("name", batch.text(series.name));
  ObjectWriter tags = writer.object("tags");
  for (std::uint32_t i = 0; i < series.tag_count; ++i) {
    const TagRef tag = batch.tags[series.first_tag + i];
    tags.text(batch.text(tag.key), batch.text(tag.value));
  }
  tags.close();
  writer.text("type", to_string(series.type));
  if (series.unit != kNoString) writer.text("unit", batch.text(series.unit));
  writer.number("value", batch.values[position]);
  writer.integer("timestamp_ns", batch.timestamps[position]);
  writer.integer("index", batch.indexes[position]);
  append_placement(writer, batch, position);
  append_request(writer, record);
  writer.close();
  out.push_back('\n');
}

void append_empty_batch(std::string& out, const Record& record) {
  ObjectWriter writer(out);
  writer.text("kind", "batch");
  writer.text("client_id", record.client_id);
  append_request(writer, record);
  writer.close();
  out.push_back('\n');
}

}  // namespace

void append_json_lines(const Record& record, std::string& out) {
  if (record.kind == RecordKind::tick) {
    ObjectWriter writer(out);
    writer.text("kind", "tick");
    writer.integer("accepted_at_ns", record.accepted_at);
    writer.close();
    out.push_back('\n');
    return;
  }
  if (record.batch.size() == 0) append_empty_batch(out, record);
  for (std::uint32_t i = 0; i < record.batch.size(); ++i) append_sample(out, record, i);
}

}  // namespace metricstream
