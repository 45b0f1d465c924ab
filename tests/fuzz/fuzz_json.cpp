// Any bytes as a body: the decoder refuses them with a position inside, or gives a batch that is a valid record and
// accounts for every sample. What is JSON at all is decided by a second implementation of the grammar, and a body means
// the same when it is written in other bytes.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>

#include "common/codec/json_batch.hpp"
#include "common/codec/line_protocol.hpp"
#include "common/codec/record.hpp"
#include "common/codec/record_json.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/unit/codec/json_rewriting.hpp"
#include "tests/unit/codec/sample_facts.hpp"

namespace {

using namespace metricstream;
using fuzz::require;

constexpr TimeNs kNow = 1'737'000'000 * kSecond;

// The first byte chooses among the options, so that one corpus covers them all.
DecodeOptions options_of(std::uint8_t choice) {
  DecodeOptions options;
  if (choice & 1U) options.format = BodyFormat::ndjson;
  if (choice & 2U) options.time.future = FuturePolicy::reject;
  if (choice & 4U) options.names = choice & 8U ? NamePolicy::lowercase : NamePolicy::underscore;
  if (choice & 16U) options.limits.samples = 5;
  return options;
}

void check_summary(const DecodeSummary& summary, const DecodeOptions& options, const Batch& batch) {
  require(summary.received == summary.accepted + summary.rejected);
  require(summary.accepted == batch.size());
  require(summary.received <= options.limits.samples);
  require(summary.adjusted == batch.adjusted.size());
  const std::uint32_t by_reason = std::accumulate(summary.by_reason.begin(), summary.by_reason.end(), 0U);
  require(by_reason == summary.rejected + summary.adjusted);
  require(summary.rejections.size() == std::min<std::size_t>(by_reason, DecodeSummary::kMaxListed));
}

void check_record(Batch& batch, std::string_view batch_id) {
  Record record;
  record.client_id = "client";
  record.accepted_at = kNow;
  if (!batch_id.empty()) record.key = BatchKey{batch_id, Hash128{}};
  std::swap(record.batch, batch);
  std::string bytes;
  encode_record(record, bytes);
  Record copy;
  require(decode_record(bytes, copy).has_value());
  require(testing::facts_of(copy.batch) == testing::facts_of(record.batch));
  std::string again;
  encode_record(copy, again);
  require(again == bytes);
  std::string lines;
  append_json_lines(copy, lines);
  const auto expected = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, copy.batch.size()));
  require(std::count(lines.begin(), lines.end(), '\n') == expected);
  std::swap(record.batch, batch);
}

void check_grammar(std::string_view body, const DecodeOptions& options, const DecodeResult& result) {
  const auto is_json = [](std::string_view document) { return testing::JsonReference(document).is_json(); };
  const bool expected = std::ranges::all_of(testing::documents_of(body, options.format), is_json);
  if (result) {
    require(expected);
  } else if (expected && result.error().kind == DecodeError::Kind::malformed) {
    require(testing::is_refused_by_rule(result.error().message));
  }
}

void check_rewritten(std::string_view body, const DecodeOptions& options, const DecodeSummary& summary,
                     const Batch& batch) {
  static JsonBatchDecoder decoder;
  static Batch other;
  const auto text = testing::rewritten(body, options.format);
  require(text.has_value());
  const DecodeResult result = decoder.decode(*text, kNow, options, other);
  require(result.has_value());
  require(testing::facts_of(other) == testing::facts_of(batch));
  require(result->by_reason == summary.by_reason && result->received == summary.received);
  require(result->host_id == summary.host_id && result->batch_id == summary.batch_id);
  require(result->unknown_members == summary.unknown_members && result->ignored_fields == summary.ignored_fields);
  require(result->only_timed_readings == summary.only_timed_readings);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static JsonBatchDecoder decoder;  // reused, as by a server
  static Batch batch;
  const DecodeOptions options = options_of(data[0]);
  const std::string body(data + 1, data + size);  // of its own, so that a read past the end is seen
  const DecodeResult result = decoder.decode(body, kNow, options, batch);
  check_grammar(body, options, result);
  if (!result) {
    require(result.error().position <= body.size());
    require(!result.error().message.empty());
    return 0;
  }
  check_summary(*result, options, batch);
  check_record(batch, result->batch_id);
  check_rewritten(body, options, *result, batch);
  return 0;
}
