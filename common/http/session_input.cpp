// The reading half of Session: every wait here is bounded by an absolute deadline.
#include <algorithm>
#include <boost/asio/error.hpp>
#include <span>

#include "common/http/chunked.hpp"
#include "common/http/header.hpp"
#include "common/http/session.hpp"

namespace metricstream::http {
namespace {

constexpr std::size_t kFirstBodyBlock = 64 * 1024;
constexpr std::size_t kChunkedRoom = 8 * 1024;
constexpr std::uint64_t kBytesPerSecond = 20'000;  // the slowest body that is waited for, beyond the fixed time

}  // namespace

// The first bytes of the next request, with a space to hold them; nothing is held while waiting. False when the
// connection has ended, or is to end and nothing has come.
Task<bool> Session::await_request() {
  phase_ = Phase::idle;
  if (!is_new_) set_deadline(shared_.options.timeouts.idle);
  if (is_new_ && is_draining_) set_deadline(kDrainGrace);
  for (;;) {
    boost::system::error_code error;
    const bool is_to_end = is_draining_ && !is_new_;
    if (!is_to_end && !stream_.has_pending()) {
      const auto [wait_error] = co_await stream_.wait_readable();
      error = wait_error;
    }
    if (is_late_ || is_cut_) co_return false;
    // What has been received in the moment that an idle connection is told to end is still a request to be answered.
    bool is_open = true;
    space_ = spaces_.lend();
    const bool has_input = read_now(is_open);
    if (has_input) {
      phase_ = Phase::request;
      co_return true;
    }
    space_.reset();
    if (!is_open || error || is_to_end) co_return false;
  }
}

// What is there already, without waiting.
bool Session::read_now(bool& is_open) {
  const auto [error, count] = stream_.read_now(space_->input.space());
  is_open = !error || error == boost::asio::error::would_block;
  space_->input.commit(count);
  return count > 0;
}

Task<Session::Input> Session::read_more() {
  const auto [error, count] = co_await stream_.read_some(space_->input.space());
  if (!error) space_->input.commit(count);
  // Bytes that came with the deadline came too late.
  co_return error || is_late_ || is_cut_ ? Input::closed : Input::ready;
}

Task<Session::Input> Session::read_header(std::size_t& header_bytes) {
  ReadBuffer& input = space_->input;
  std::size_t searched = 0;
  bool may_skip_line = true;
  bool is_timed = is_new_;  // a new connection's time runs from its acceptance
  for (;;) {
    // One empty line before a request is allowed (RFC 9112, 2.2).
    if (may_skip_line && input.data().starts_with("\r\n")) {
      input.consume(2);
      may_skip_line = false;
      searched = 0;
    }
    auto found = find_head(input.data(), shared_.head_limits, searched);
    if (!found) co_return refuse(std::move(found.error()));
    header_bytes = *found;
    if (header_bytes > 0) {
      // Now, while no view points into it: a chunked body is read behind its header, piece by piece.
      input.make_room(header_bytes + kChunkedRoom);
      co_return Input::ready;
    }

    if (!is_timed) set_deadline(shared_.options.timeouts.header);
    is_timed = true;
    input.compact();
    const Input more = co_await read_more();
    if (more != Input::ready) co_return Input::closed;
  }
}

Task<Session::Input> Session::read_body(std::size_t header_bytes, std::string_view& body) {
  const ReadBuffer& input = space_->input;
  const RequestHead& head = space_->head;
  if (has_whole_body(header_bytes)) {
    body = input.data().substr(header_bytes, head.body.content_length);
    co_return Input::ready;
  }
  const auto announced = std::chrono::milliseconds(head.body.content_length * 1000 / kBytesPerSecond);
  set_deadline(shared_.options.timeouts.body + announced);
  const bool waits_for_permission = head.version == 11 && head.find("Expect") && input.data().size() == header_bytes;
  if (waits_for_permission) {
    const bool is_written = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
    if (!is_written) co_return Input::closed;
    set_deadline(shared_.options.timeouts.body + announced);
  }
  if (!head.body.is_chunked) co_return co_await read_sized_body(header_bytes, body);
  space_->body.clear();
  const Input result = co_await read_chunked_body(header_bytes);
  body = space_->body;
  co_return result;
}

Task<Session::Input> Session::read_sized_body(std::size_t header_bytes, std::string_view& body) {
  const ReadBuffer& input = space_->input;
  const RequestHead& head = space_->head;
  if (header_bytes + head.body.content_length > input.room()) {
    const Input result = co_await read_long_body(header_bytes);
    body = space_->body;
    co_return result;
  }
  while (!has_whole_body(header_bytes)) {
    const Input more = co_await read_more();
    if (more != Input::ready) co_return refuse_late_body();
  }
  body = input.data().substr(header_bytes, head.body.content_length);
  co_return Input::ready;
}

// Memory follows what has come, not what was announced.
Task<Session::Input> Session::read_long_body(std::size_t header_bytes) {
  ReadBuffer& input = space_->input;
  std::string& body = space_->body;
  const std::size_t length = space_->head.body.content_length;
  body.assign(input.data().substr(header_bytes));
  input.drop_back(body.size());
  while (body.size() < length) {
    const std::size_t have = body.size();
    const std::size_t block = std::min(length - have, std::max(kFirstBodyBlock, have));
    body.resize(have + block);
    std::size_t filled = 0;
    while (filled < block) {
      const std::span<char> space(body.data() + have + filled, block - filled);
      const auto [error, count] = co_await stream_.read_some(space);
      if (error || is_late_ || is_cut_) co_return refuse_late_body();
      filled += count;
    }
  }
  co_return Input::ready;
}

Task<Session::Input> Session::read_chunked_body(std::size_t header_bytes) {
  ReadBuffer& input = space_->input;
  ChunkedDecoder decoder;
  for (;;) {
    const std::string_view pending = input.data().substr(header_bytes);
    std::size_t used = 0;
    const auto status = decoder.feed(pending, space_->body, shared_.options.limits.body_bytes, used);
    // The header stays where its views point; what is behind it moves up.
    input.erase(header_bytes, used);
    if (status == ChunkedDecoder::Status::done) co_return Input::ready;
    if (status != ChunkedDecoder::Status::need_more) {
      const bool is_too_large = status == ChunkedDecoder::Status::too_large;
      Response response =
          is_too_large
              ? body_too_large(shared_.options.limits.body_bytes)
              : problem(kMalformedChunk, "the chunked body or its trailer is not well-formed, or mostly framing");
      response.close = true;
      co_return refuse(std::move(response));
    }
    const Input more = co_await read_more();
    if (more != Input::ready) co_return refuse_late_body();
  }
}

// A body that was too slow is worth a retry; of a peer that has gone nothing is left to be answered.
Session::Input Session::refuse_late_body() {
  if (!is_late_ || is_cut_) return Input::closed;
  Response response = retry_later(kBodyTimeout, "the body did not arrive in time", std::chrono::seconds{1});
  response.close = true;
  return refuse(std::move(response));
}

}  // namespace metricstream::http
