// The reading half of Session: every wait here is bounded by an absolute deadline.
#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/write.hpp>

#include "common/http/chunked.hpp"
#include "common/http/header.hpp"
#include "common/http/session.hpp"

namespace metricstream::http {
namespace {

namespace asio = boost::asio;
constexpr auto use_result = asio::as_tuple(asio::deferred);
constexpr std::size_t kFirstBodyBlock = 64 * 1024;
constexpr std::uint64_t kBytesPerSecond = 20'000;  // the slowest body that is waited for, beyond the fixed time

}  // namespace

Task<Session::Input> Session::read_more() {
  const auto space = input_.space();
  auto [error, count] = co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), use_result);
  if (!error) input_.commit(count);
  // Bytes that came with the deadline came too late.
  co_return error || is_late_ || is_cut_ ? Input::closed : Input::ready;
}

// What an idle connection has received in the moment it was told to end is still a request to be answered.
bool Session::read_last() {
  const auto space = input_.space();
  boost::system::error_code error;
  const std::size_t count = socket_.read_some(asio::buffer(space.data(), space.size()), error);
  input_.commit(count);
  return count > 0;
}

Task<Session::Input> Session::read_header(std::size_t& header_bytes) {
  std::size_t searched = 0;
  bool is_timed = is_new_;  // a new connection's time runs from its acceptance
  for (;;) {
    // An empty line before a request is allowed (RFC 9112, 2.2).
    if (searched == 0 && input_.data().starts_with("\r\n")) input_.consume(2);
    auto found = find_head(input_.data(), shared_.head_limits, searched);
    if (!found) co_return refuse(std::move(found.error()));
    header_bytes = *found;
    if (header_bytes > 0) co_return Input::ready;

    is_idle_ = input_.empty();
    if (is_idle_ && is_draining_ && is_new_) {
      set_deadline(kDrainGrace);
    } else if (is_idle_ && is_draining_) {
      const bool has_request = read_last();
      if (!has_request) co_return Input::closed;
      continue;
    } else if (is_idle_ && !is_timed) {
      set_deadline(shared_.options.timeouts.idle);
    } else if (!is_timed) {
      is_timed = true;
      set_deadline(shared_.options.timeouts.header);
    }
    input_.compact();
    const Input input = co_await read_more();
    const bool was_told_to_end = is_idle_ && is_draining_ && !is_late_ && !is_cut_;
    is_idle_ = false;
    if (input != Input::ready && !was_told_to_end) co_return Input::closed;
  }
}

Task<Session::Input> Session::read_body(std::size_t header_bytes, std::string_view& body) {
  if (has_whole_body(header_bytes)) {
    body = input_.data().substr(header_bytes, head_.body.content_length);
    co_return Input::ready;
  }
  const auto announced = std::chrono::milliseconds(head_.body.content_length * 1000 / kBytesPerSecond);
  set_deadline(shared_.options.timeouts.body + announced);
  const bool waits_for_permission = head_.version == 11 && head_.find("Expect") && input_.data().size() == header_bytes;
  if (waits_for_permission) {
    const bool is_written = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
    if (!is_written) co_return Input::closed;
    set_deadline(shared_.options.timeouts.body + announced);
  }
  if (!head_.body.is_chunked) co_return co_await read_sized_body(header_bytes, body);
  body_.clear();
  const Input input = co_await read_chunked_body(header_bytes);
  body = body_;
  co_return input;
}

Task<Session::Input> Session::read_sized_body(std::size_t header_bytes, std::string_view& body) {
  if (header_bytes + head_.body.content_length > input_.room()) {
    const Input input = co_await read_long_body(header_bytes);
    body = body_;
    co_return input;
  }
  while (!has_whole_body(header_bytes)) {
    const Input input = co_await read_more();
    if (input != Input::ready) co_return refuse_late_body();
  }
  body = input_.data().substr(header_bytes, head_.body.content_length);
  co_return Input::ready;
}

// Memory follows what has come, not what was announced.
Task<Session::Input> Session::read_long_body(std::size_t header_bytes) {
  const std::size_t length = head_.body.content_length;
  body_.assign(input_.data().substr(header_bytes));
  input_.drop_back(body_.size());
  while (body_.size() < length) {
    const std::size_t have = body_.size();
    const std::size_t block = std::min(length - have, std::max(kFirstBodyBlock, have));
    body_.resize(have + block);
    std::size_t filled = 0;
    while (filled < block) {
      auto [error, count] =
          co_await socket_.async_read_some(asio::buffer(body_.data() + have + filled, block - filled), use_result);
      if (error || is_late_ || is_cut_) co_return refuse_late_body();
      filled += count;
    }
  }
  co_return Input::ready;
}

Task<Session::Input> Session::read_chunked_body(std::size_t header_bytes) {
  ChunkedDecoder decoder;
  for (;;) {
    const std::string_view pending = input_.data().substr(header_bytes);
    std::size_t used = 0;
    const auto status = decoder.feed(pending, body_, shared_.options.limits.body_bytes, used);
    // The header stays where its views point; what is behind it moves up.
    input_.erase(header_bytes, used);
    if (status == ChunkedDecoder::Status::done) co_return Input::ready;
    if (status != ChunkedDecoder::Status::need_more) {
      const bool is_too_large = status == ChunkedDecoder::Status::too_large;
      Response response = is_too_large
                              ? body_too_large(shared_.options.limits.body_bytes)
                              : problem(kMalformedChunk, "the chunked body is not well-formed, or has trailer fields");
      response.close = true;
      co_return refuse(std::move(response));
    }
    const Input input = co_await read_more();
    if (input != Input::ready) co_return refuse_late_body();
  }
}

// A body that was too slow is worth a retry; of a peer that has gone nothing is left to be answered.
Session::Input Session::refuse_late_body() {
  if (!is_late_ || is_cut_) return Input::closed;
  Response response = retry_later(kBodyTimeout, "the body did not arrive in time", std::chrono::seconds{1});
  response.close = true;
  return refuse(std::move(response));
}

Task<bool> Session::write(std::string_view bytes) {
  // Nearly always the kernel takes an answer at once: no suspension, no deadline.
  boost::system::error_code error;
  const std::size_t written = socket_.write_some(asio::buffer(bytes), error);
  if (written == bytes.size()) co_return true;
  if (error && error != asio::error::would_block) co_return false;
  set_deadline(shared_.options.timeouts.write);
  const auto rest = asio::buffer(bytes.substr(written));
  auto [write_error, count] = co_await asio::async_write(socket_, rest, use_result);
  deadline_.clear();
  co_return !write_error;
}

}  // namespace metricstream::http
