#include "common/http/chunked.hpp"

#include <algorithm>

#include "common/base/hex.hpp"
#include "common/http/field_line.hpp"

namespace metricstream::http {

ChunkedDecoder::Status ChunkedDecoder::feed(std::string_view input, std::string& out, std::size_t limit,
                                            std::size_t& used) {
  used = 0;
  while (used < input.size()) {
    if (state_ == State::data) {
      const auto part = std::min<std::uint64_t>(remaining_, input.size() - used);
      out.append(input, used, part);
      used += part;
      data_ += part;
      remaining_ -= part;
      if (remaining_ == 0) state_ = State::data_cr;
      continue;
    }
    const Status status = step(input[used++], limit - out.size());
    if (status != Status::need_more) return status;
    // A client has no reason to send more framing than data; one byte a chunk is a way to make us work.
    if (trailer_bytes_ == 0 && ++overhead_ > kFreeOverhead + data_) return Status::malformed;
  }
  return Status::need_more;
}

ChunkedDecoder::Status ChunkedDecoder::size_step(char c) {
  const int digit = hex_digit(c);
  if (digit >= 0) {
    if (++digits_ > kMaxDigits) return Status::malformed;
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
    return Status::need_more;
  }
  if (digits_ == 0 || (c != '\r' && c != ';')) return Status::malformed;
  state_ = c == '\r' ? State::size_end : State::extension;
  extension_ = 0;
  return Status::need_more;
}

ChunkedDecoder::Status ChunkedDecoder::extension_step(char c) {
  if (c == '\r') return expect(c, '\r', State::size_end);
  return !is_value_char(c) || ++extension_ > kMaxExtension ? Status::malformed : Status::need_more;
}

// Behind the size line. A chunk that does not fit is refused before its data has come.
ChunkedDecoder::Status ChunkedDecoder::begin_chunk(char c, std::uint64_t room) {
  const Status status = expect(c, '\n', remaining_ == 0 ? State::trailer_start : State::data);
  return status == Status::need_more && remaining_ > room ? Status::too_large : status;
}

ChunkedDecoder::Status ChunkedDecoder::trailer_step(char c) {
  if (state_ == State::trailer_start && c == '\r') return expect(c, '\r', State::last_lf);
  if (++trailer_bytes_ > kMaxTrailerBytes) return Status::malformed;
  switch (state_) {
    case State::trailer_start:
      state_ = State::trailer_name;
      return !is_token_char(c) || ++trailer_fields_ > kMaxTrailerFields ? Status::malformed : Status::need_more;
    case State::trailer_name:
      if (c == ':') return expect(c, ':', State::trailer_value);
      return is_token_char(c) ? Status::need_more : Status::malformed;
    case State::trailer_value:
      if (c == '\r') return expect(c, '\r', State::trailer_end);
      return is_value_char(c) ? Status::need_more : Status::malformed;
    default:
      return expect(c, '\n', State::trailer_start);
  }
}

ChunkedDecoder::Status ChunkedDecoder::expect(char c, char wanted, State next) {
  if (c != wanted) return Status::malformed;
  state_ = next;
  return Status::need_more;
}

ChunkedDecoder::Status ChunkedDecoder::step(char c, std::uint64_t room) {
  switch (state_) {
    case State::size:
      return size_step(c);
    case State::extension:
      return extension_step(c);
    case State::size_end:
      return begin_chunk(c, room);
    case State::data_cr:
      return expect(c, '\r', State::data_lf);
    case State::data_lf:
      digits_ = 0;
      return expect(c, '\n', State::size);
    case State::trailer_start:
    case State::trailer_name:
    case State::trailer_value:
    case State::trailer_end:
      return trailer_step(c);
    case State::last_lf:
      return c == '\n' ? Status::done : Status::malformed;
    case State::data:
      break;
  }
  return Status::malformed;
}

}  // namespace metricstream::http
