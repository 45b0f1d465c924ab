// The reading half of Session: every wait here is bounded by an absolute deadline.
#include <algorithm>
#include <boost/asio/error.hpp>
#include <exception>
#include <span>

#include "common/base/duration.hpp"
#include "common/http/header.hpp"
#include "common/http/session.hpp"

namespace metricstream::http {
namespace {

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
    skip_line();
    if (!space_->input.empty()) {
      phase_ = Phase::request;
      turn_began_ = Clock::now();
      co_return true;
    }
    space_.reset();
    if (has_input) continue;
    if (!is_open || error || is_to_end) co_return false;
  }
}

// One empty line before a request is allowed (RFC 9112, 2.2), and no request begins with it.
bool Session::skip_line() {
  if (!may_skip_line_ || !space_->input.data().starts_with("\r\n")) return false;
  space_->input.consume(2);
  may_skip_line_ = false;
  return true;
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
  bool is_timed = is_new_;  // a new connection's time runs from its acceptance
  for (;;) {
    if (skip_line()) searched = 0;
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

// For a body: a fixed time, and more for every byte that has come. Who announces much and sends little gains nothing by
// it.
std::chrono::milliseconds Session::body_time(std::uint64_t received) const {
  return shared_.options.timeouts.body + std::chrono::milliseconds(received * 1000 / kBytesPerSecond);
}

void Session::keep_pace(std::uint64_t received) {
  deadline_.set(shared_from_this(), body_started_ + body_time(received));
}

Task<Session::Input> Session::read_body(std::size_t header_bytes, Exchange& exchange, std::string_view& body) {
  const ReadBuffer& input = space_->input;
  const RequestHead& head = space_->head;
  if (has_whole_body(header_bytes)) {
    body = input.data().substr(header_bytes, head.body.content_length);
    co_return Input::ready;
  }
  body_started_ = Clock::now();
  keep_pace(0);
  const bool waits_for_permission = head.version == 11 && head.find("Expect") && input.data().size() == header_bytes;
  if (waits_for_permission) {
    const bool is_written = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
    if (!is_written) co_return Input::closed;
    keep_pace(0);  // the write has moved the deadline
  }
  if (!head.body.is_chunked) co_return co_await read_sized_body(header_bytes, exchange, body);
  space_->body.clear();
  const Input result = co_await read_chunked_body(header_bytes, exchange);
  body = space_->body;
  co_return result;
}

Task<Session::Input> Session::read_sized_body(std::size_t header_bytes, Exchange& exchange, std::string_view& body) {
  const ReadBuffer& input = space_->input;
  const RequestHead& head = space_->head;
  if (header_bytes + head.body.content_length > input.room()) {
    const Input result = co_await read_long_body(header_bytes, exchange);
    body = space_->body;
    co_return result;
  }
  while (!has_whole_body(header_bytes)) {
    keep_pace(input.data().size() - header_bytes);
    const Input more = co_await read_more();
    if (more != Input::ready) co_return refuse_late_body(input.data().size() - header_bytes, exchange);
  }
  body = input.data().substr(header_bytes, head.body.content_length);
  co_return Input::ready;
}

// Memory follows what has come, not what was announced.
Task<Session::Input> Session::read_long_body(std::size_t header_bytes, Exchange& exchange) {
  ReadBuffer& input = space_->input;
  std::string& body = space_->body;
  const std::size_t length = space_->head.body.content_length;
  body.assign(input.data().substr(header_bytes));
  input.drop_back(body.size());
  while (body.size() < length) {
    const std::size_t have = body.size();
    const std::size_t room = std::min(length, std::max(kFirstBodyRoom, 2 * have));
    if (!has_room(exchange, room)) co_return Input::refused;
    const std::size_t block = room - have;
    body.resize(room);
    std::size_t filled = 0;
    while (filled < block) {
      keep_pace(have + filled);
      const std::span<char> space(body.data() + have + filled, block - filled);
      const auto [error, count] = co_await stream_.read_some(space);
      if (error || is_late_ || is_cut_) co_return refuse_late_body(have + filled, exchange);
      filled += count;
    }
  }
  co_return Input::ready;
}

// Whether a body may have memory for so many bytes.
bool Session::has_room(Exchange& exchange, std::size_t bytes) {
  if (bytes <= kFirstBodyRoom) return true;
  std::optional<Response> refused;
  try {
    refused = exchange.make_room(space_->head, bytes);
  } catch (const std::exception& exception) {
    refused = answer_bug(exception.what());
  }
  if (!refused) return true;
  refuse_for(exchange, std::move(*refused));
  return false;
}

Task<Session::Input> Session::read_chunked_body(std::size_t header_bytes, Exchange& exchange) {
  ReadBuffer& input = space_->input;
  std::string& body = space_->body;
  const std::size_t limit = shared_.options.limits.body_bytes;
  std::size_t room = kFirstBodyRoom;
  ChunkedDecoder decoder;
  for (;;) {
    const std::string_view pending = input.data().substr(header_bytes);
    if (body.size() + pending.size() > room && room < limit) {
      room = std::min(limit, 2 * room);
      if (!has_room(exchange, room)) co_return Input::refused;
      body.reserve(room);
    }
    std::size_t used = 0;
    const auto status = decoder.feed(pending, body, limit, used);
    // The header stays where its views point; what is behind it moves up.
    input.erase(header_bytes, used);
    if (status == ChunkedDecoder::Status::done) co_return Input::ready;
    if (status != ChunkedDecoder::Status::need_more) co_return refuse_chunks(status, exchange);
    keep_pace(body.size());
    const Input more = co_await read_more();
    if (more != Input::ready) co_return refuse_late_body(body.size(), exchange);
  }
}

// In place of the exchange; what is left of the body is not read, so the connection ends.
Session::Input Session::refuse_for(const Exchange& exchange, Response response) {
  response.close = true;
  exchange.sign(response);
  return refuse(std::move(response));
}

Session::Input Session::refuse_chunks(ChunkedDecoder::Status status, const Exchange& exchange) {
  const bool is_too_large = status == ChunkedDecoder::Status::too_large;
  return refuse_for(exchange, is_too_large ? body_too_large(shared_.options.limits.body_bytes)
                                           : problem(kMalformedChunk,
                                                     "the chunked body or its trailer is not well-formed, or mostly "
                                                     "framing"));
}

// A body that was too slow is worth a retry; of a peer that has gone nothing is left to be answered.
Session::Input Session::refuse_late_body(std::uint64_t received, const Exchange& exchange) {
  if (!is_late_ || is_cut_) return Input::closed;
  const BodyFraming& framing = space_->head.body;
  const std::string had_come =
      (framing.is_chunked ? " bytes of the chunked body"
                          : " of " + std::to_string(framing.content_length) + " bytes of the body") +
      std::string(" had come in ");
  const std::string time = format_duration(body_time(received)) + ", which is " +
                           format_duration(shared_.options.timeouts.body) + " and 1s for every " +
                           std::to_string(kBytesPerSecond) + " bytes";
  return refuse_for(exchange,
                    retry_later(kBodyTimeout, std::to_string(received) + had_come + time, std::chrono::seconds{1}));
}

}  // namespace metricstream::http
