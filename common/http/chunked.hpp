#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace metricstream::http {

// Undoes `Transfer-Encoding: chunked`, strictly: sizes of 1 to 15 hexadecimal digits, CR LF everywhere, extensions of
// at most kMaxExtension bytes a chunk (ignored), and no more framing around the data than 1 KiB or as many bytes as the
// data itself. Trailer fields must be well-formed and few, and are dropped: what comes behind the body must not change
// what its header said. Pure; feed it in pieces of any size, the result is the same.
class ChunkedDecoder {
 public:
  enum class Status { need_more, done, malformed, too_large };
  static constexpr unsigned kMaxExtension = 256;
  static constexpr unsigned kMaxTrailerBytes = 4096;  // with the line ends
  static constexpr unsigned kMaxTrailerFields = 64;

  // Decoded bytes are appended to `out`, which may grow to `limit` bytes. `used` is how much of `input` was taken: all
  // of it unless the body has ended inside. Who wants none of them may empty `out` between, and lower the limit by it.
  Status feed(std::string_view input, std::string& out, std::size_t limit, std::size_t& used);

 private:
  enum class State {
    size,
    extension,
    size_end,
    data,
    data_cr,
    data_lf,
    trailer_start,  // of a trailer field, or of the empty line at the end
    trailer_name,
    trailer_value,
    trailer_end,
    last_lf
  };
  static constexpr unsigned kMaxDigits = 15;
  static constexpr std::uint64_t kFreeOverhead = 1024;

  Status step(char c, std::uint64_t room);
  Status size_step(char c);
  Status extension_step(char c);
  Status trailer_step(char c);
  Status begin_chunk(char c, std::uint64_t room);
  Status expect(char c, char wanted, State next);

  State state_ = State::size;
  std::uint64_t remaining_ = 0;
  std::uint64_t data_ = 0;      // bytes so far
  std::uint64_t overhead_ = 0;  // bytes of framing so far
  unsigned digits_ = 0;
  unsigned extension_ = 0;
  unsigned trailer_bytes_ = 0;
  unsigned trailer_fields_ = 0;
};

}  // namespace metricstream::http
