#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace metricstream::http {

// Undoes `Transfer-Encoding: chunked`, strictly: sizes of 1 to 15 hexadecimal digits, CR LF everywhere, extensions of
// at most kMaxExtension bytes a chunk (ignored), no trailer fields, and no more framing around the data than 1 KiB or
// as many bytes as the data itself. Pure; feed it in pieces of any size.
class ChunkedDecoder {
 public:
  enum class Status { need_more, done, malformed, too_large };

  // Decoded bytes are appended to `out`, which may grow to `limit` bytes. `used` is how much of `input` was taken: all
  // of it unless the body has ended inside.
  Status feed(std::string_view input, std::string& out, std::size_t limit, std::size_t& used);

 private:
  enum class State { size, extension, size_end, data, data_cr, data_lf, last_cr, last_lf };
  static constexpr unsigned kMaxDigits = 15;
  static constexpr unsigned kMaxExtension = 256;
  static constexpr std::uint64_t kFreeOverhead = 1024;

  Status step(char c);
  Status size_step(char c);

  State state_ = State::size;
  std::uint64_t remaining_ = 0;
  std::uint64_t overhead_ = 0;  // bytes of framing so far
  unsigned digits_ = 0;
  unsigned extension_ = 0;
};

}  // namespace metricstream::http
