#include "common/http/chunked.hpp"

#include <algorithm>

namespace metricstream::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ChunkedDecoder::Status ChunkedDecoder::feed(std::string_view input, std::string& out, std::size_t limit,
                                            std::size_t& used) {
  used = 0;
  while (used < input.size()) {
    if (state_ == State::data) {
      const auto part = std::min<std::uint64_t>(remaining_, input.size() - used);
      if (part > limit - out.size()) return Status::too_large;
      out.append(input, used, part);
      used += part;
      remaining_ -= part;
      if (remaining_ == 0) state_ = State::data_cr;
      continue;
    }
    const Status status = step(input[used++]);
    if (status != Status::need_more) return status;
    // A client has no reason to send more framing than data; one byte a chunk is a way to make us work.
    if (++overhead_ > kFreeOverhead + out.size()) return Status::malformed;
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

ChunkedDecoder::Status ChunkedDecoder::step(char c) {
  const auto expect = [&](char wanted, State next) {
    if (c != wanted) return Status::malformed;
    state_ = next;
    return Status::need_more;
  };
  switch (state_) {
    case State::size:
      return size_step(c);
    case State::extension:
      if (c == '\r') return expect('\r', State::size_end);
      return c == '\n' || ++extension_ > kMaxExtension ? Status::malformed : Status::need_more;
    case State::size_end:
      return expect('\n', remaining_ == 0 ? State::last_cr : State::data);
    case State::data_cr:
      return expect('\r', State::data_lf);
    case State::data_lf:
      digits_ = 0;
      return expect('\n', State::size);
    case State::last_cr:
      return expect('\r', State::last_lf);  // anything else would be a trailer field
    case State::last_lf:
      return c == '\n' ? Status::done : Status::malformed;
    case State::data:
      break;
  }
  return Status::malformed;
}

}  // namespace metricstream::http
