#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/model/batch.hpp"
#include "common/model/limits.hpp"
#include "common/model/rejection.hpp"
#include "common/model/validation.hpp"

// The body of POST /metrics: JSON or NDJSON straight into the columns of a Batch. The forms that are read, and what
// happens to each kind of bad sample, are in docs/http-api.md.
namespace metricstream {

enum class BodyFormat : std::uint8_t {
  json,    // an object (batch, single sample or flat) or an array of samples
  ndjson,  // one sample object a line; empty lines are skipped
};

// Why a whole body is refused.
struct DecodeError {
  enum class Kind : std::uint8_t {
    malformed,         // 400: not JSON, duplicate key, bad UTF-8, a member of a wrong kind
    too_deep,          // 400: nested deeper than limits.depth
    too_large,         // 413: more samples than limits.samples
    too_many_members,  // 413: more members in one object than max_members()
    empty,             // 400: nothing but white space
  };
  Kind kind;
  std::size_t position;  // byte of the body, from 0
  std::string message;   // for a person; without the position
};

// What became of the samples of one body: received = accepted + rejected.
struct DecodeSummary {
  static constexpr std::size_t kMaxListed = 100;

  std::uint32_t received = 0;
  std::uint32_t accepted = 0;  // what the batch holds, adjusted ones included
  std::uint32_t rejected = 0;
  std::uint32_t adjusted = 0;
  std::array<std::uint32_t, kReasonCount> by_reason{};  // rejected ones, and adjusted_future
  std::vector<Rejection> rejections;  // the first kMaxListed refused or adjusted samples, by ascending index

  // The body's own `host_id`, else `serverId`; empty where neither was given. Not checked to be a client id.
  std::string_view host_id;
  std::string_view batch_id;  // empty where none was given; else 1 to limits.batch_key_bytes printable bytes

  // Every accepted sample is a reading with a timestamp of its own (adjusted ones too), so that the body's hash alone
  // may name the batch: two equal bodies are the same readings.
  bool only_timed_readings = true;

  std::uint32_t unknown_members = 0;  // skipped
  std::uint32_t ignored_fields = 0;   // strings in fields{}
};

// How many members one object may have that are no samples (tags, texts, unknown ones): 4096, or four times
// limits.samples where that is more. Without a bound the set of an object's keys could take many times the body's
// memory.
[[nodiscard]] constexpr std::size_t max_members(const BatchLimits& limits) {
  return std::max(std::size_t{4096}, std::size_t{4} * limits.samples);
}

using DecodeResult = Result<DecodeSummary, DecodeError>;

struct DecodeOptions {
  BatchLimits limits;
  TimePolicy time;
  NamePolicy names = NamePolicy::none;
  BodyFormat format = BodyFormat::json;
};

// Decodes bodies one after another, keeping its tables' memory. One a thread; not thread-safe, never blocks.
class JsonBatchDecoder {
 public:
  JsonBatchDecoder();
  ~JsonBatchDecoder();
  JsonBatchDecoder(JsonBatchDecoder&&) noexcept;
  JsonBatchDecoder& operator=(JsonBatchDecoder&&) noexcept;

  // Replaces `out` by the valid samples of `body`. Views in `out` and in the summary point into `body` or out.arena:
  // both must outlive them. `accepted_at` is the acceptance time: a sample without timestamp gets it plus its index in
  // ns. On failure `out` is unspecified.
  [[nodiscard]] DecodeResult decode(std::string_view body, TimeNs accepted_at, const DecodeOptions& options,
                                    Batch& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace metricstream
