// Any bytes as a body: the decoder refuses them with a position inside, or gives a batch that is a valid record and
// accounts for every sample.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string>

#include "common/codec/json_batch.hpp"
#include "common/codec/line_protocol.hpp"
#include "common/codec/record.hpp"
#include "common/codec/record_json.hpp"

namespace {

using namespace metricstream;

constexpr TimeNs kNow = 1'737'000'000 * kSecond;

void require(bool condition) {
  if (!condition) std::abort();
}

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

void check_record(Batch& batch) {
  Record record;
  record.client_id = "client";
  record.accepted_at = kNow;
  std::swap(record.batch, batch);
  std::string bytes;
  encode_record(record, bytes);
  Record copy;
  require(decode_record(bytes, copy).has_value());
  std::string again;
  encode_record(copy, again);
  require(again == bytes);
  std::string lines;
  append_json_lines(copy, lines);
  require(std::count(lines.begin(), lines.end(), '\n') == static_cast<std::ptrdiff_t>(copy.batch.size()));
  std::swap(record.batch, batch);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static JsonBatchDecoder decoder;  // reused, as by a server
  static Batch batch;
  const DecodeOptions options = options_of(data[0]);
  const std::string body(data + 1, data + size);  // of its own, so that a read past the end is seen
  const DecodeResult result = decoder.decode(body, kNow, options, batch);
  if (!result) {
    require(result.error().position <= body.size());
    require(!result.error().message.empty());
    return 0;
  }
  check_summary(*result, options, batch);
  check_record(batch);
  return 0;
}
