#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "common/gzip/inflate_error.hpp"
#include "common/gzip/inflate_limits.hpp"

struct libdeflate_decompressor;

namespace metricstream::gzip {

// Compressed bodies to plain ones, by libdeflate: one pass over the whole body, no streaming. Exactly one gzip member
// (RFC 1952) is taken, with its checksums, and nothing behind it: every common client sends one, and what a client
// meant by more is a guess. Never blocks. Not thread-safe; keep one a thread.
class Inflater {
 public:
  Inflater();

  // Replaces `out` by the content of `body`. Takes inflated_bound(body, limits) bytes of memory at most, also for a
  // body that lies about its size; none where `out`, used again, has room. Of an earlier and larger body no more than
  // limits.free_inflated is kept. On failure `out` is empty.
  [[nodiscard]] std::expected<void, InflateError> inflate(std::string_view body, const InflateLimits& limits,
                                                          std::string& out);

 private:
  struct Free {
    void operator()(libdeflate_decompressor* decompressor) const;
  };
  std::unique_ptr<libdeflate_decompressor, Free> decompressor_;
};

}  // namespace metricstream::gzip
