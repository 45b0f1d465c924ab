#include "common/codec/json_batch.hpp"

#include "common/base/random_seed.hpp"
#include "common/codec/batch_assembly.hpp"
#include "common/codec/body_collector.hpp"
#include "common/codec/json_parse.hpp"
#include "common/codec/pending_body.hpp"

namespace metricstream {

// Two passes: the collector notes what the body says, the assembly decides what it means.
struct JsonBatchDecoder::State {
  std::uint64_t seed = random_seed();  // so that nobody can send strings that all fall into one slot
  PendingBody body;
  BodyCollector collector{body, seed};
  BatchAssembly assembly{seed};
};

JsonBatchDecoder::JsonBatchDecoder() : state_(std::make_unique<State>()) {}
JsonBatchDecoder::~JsonBatchDecoder() = default;
JsonBatchDecoder::JsonBatchDecoder(JsonBatchDecoder&&) noexcept = default;
JsonBatchDecoder& JsonBatchDecoder::operator=(JsonBatchDecoder&&) noexcept = default;

DecodeResult JsonBatchDecoder::decode(std::string_view body, TimeNs accepted_at, const DecodeOptions& options,
                                      Batch& out) {
  out.clear();
  state_->body.clear();
  state_->collector.start(options.limits, options.format);
  auto error = parse_json(body, options.limits.depth, options.format, out.arena, state_->collector);
  if (error) return std::unexpected(std::move(*error));

  DecodeSummary summary;
  summary.host_id = state_->body.client_host;
  summary.batch_id = state_->body.batch_id;
  summary.unknown_members = state_->body.unknown_members;
  summary.ignored_fields = state_->body.ignored_fields;
  state_->assembly.assemble(state_->body, accepted_at, options, out, summary);
  return summary;
}

}  // namespace metricstream
