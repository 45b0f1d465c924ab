// The answering half of Session.
#include <algorithm>
#include <boost/asio/error.hpp>
#include <exception>
#include <utility>

#include "common/base/blank.hpp"
#include "common/http/header.hpp"
#include "common/http/http_date.hpp"
#include "common/http/session.hpp"

namespace metricstream::http {
namespace {

// What a refused client goes on sending is let go until it is silent for so long, for no longer than its body might
// have taken, and for no more than so many bytes; then the connection is reset.
constexpr std::chrono::milliseconds kLingerSilence{2'000};
constexpr std::chrono::milliseconds kLongestLinger{30'000};
constexpr std::uint64_t kLingerBytes = 64 * 1024 * 1024;

// True when `token` is an element of a comma-separated field.
bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (same_name(trimmed(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

// Nothing where the handler has refused.
std::unique_ptr<Exchange> Session::begin(Handler& handler) {
  try {
    auto begun = handler.begin(space_->head);
    if (begun) return std::move(*begun);
    refuse(std::move(begun.error()));
  } catch (const std::exception& exception) {
    refuse(answer_bug(exception.what()));
  }
  return nullptr;
}

Task<Response> Session::call(Exchange& exchange, std::string_view body) {
  struct InFlight {
    std::atomic<std::int64_t>& count;
    explicit InFlight(std::atomic<std::int64_t>& c) : count(c) { count.fetch_add(1, std::memory_order_relaxed); }
    ~InFlight() { count.fetch_sub(1, std::memory_order_relaxed); }
  };
  const InFlight in_flight(shared_.statistics.requests_in_flight);
  const Request request{space_->head, body};
  std::string bug;
  try {
    co_return co_await exchange.answer(request);
  } catch (const std::exception& exception) {
    bug = exception.what();
  }
  Response response = answer_bug(bug);
  exchange.sign(response);
  co_return response;
}

Response Session::answer_bug(std::string_view what) {
  shared_.on_problem("request " + std::string(space_->head.request_id) + ": " + std::string(what));
  return closing_problem(kInternal, "the server failed to handle this request; its log has the request id");
}

Task<Session::Next> Session::answer(const Response& response, std::size_t consumed) {
  ReadBuffer& input = space_->input;
  const RequestHead& head = space_->head;
  const bool is_last_input = input.data().size() <= consumed;
  ResponseFrame frame;
  frame.date = http_date_now();
  frame.request_id = head.request_id;
  const bool is_asked_to_close = wants_close();
  frame.close = response.close || is_asked_to_close || (is_last_input && (is_draining_ || is_old()));
  frame.keep_alive_10 = head.version == 10;
  // Also where the header could not be taken apart.
  frame.head_only = head.method == "HEAD" || (head.method.empty() && input.data().starts_with("HEAD "));
  space_->output.clear();
  append_response(space_->output, response, frame);
  const bool is_written = co_await write(space_->output);
  if (shared_.observer) {
    shared_.observer->on_request(head, response, body_bytes_, Clock::now() - request_started_);
  }
  input.consume(std::min(consumed, input.data().size()));
  if (!is_written) co_return Next::close;
  if (!frame.close) co_return Next::request;
  // A client that asked for the end sends nothing more; any other may be sending its next request right now.
  co_return is_asked_to_close && !response.close && input.empty() ? Next::close : Next::linger;
}

// A client that is told to come back keeps its connection, which costs more than the rest of its body; a stranger's, or
// one that waits to be told to go on, does not, and neither does one whose connection is to end anyway.
bool Session::is_worth_reading_on() const {
  const RequestHead& head = space_->head;
  const bool is_to_come_back = refusal_->status == 429 || refusal_->status == 503;
  const bool is_to_end = refusal_->close || wants_close() || is_draining_ || is_old();
  return is_to_come_back && !is_to_end && head.body.content_length <= shared_.options.limits.body_bytes &&
         !head.find("Expect");
}

// Reads what is left of a refused body and lets it go.
Task<Session::Next> Session::discard(std::uint64_t bytes) {
  body_started_ = Clock::now();
  std::uint64_t received = 0;
  for (;;) {
    const std::uint64_t here = std::min<std::uint64_t>(space_->input.data().size(), bytes - received);
    space_->input.consume(here);
    received += here;
    if (received == bytes) break;
    keep_pace(received);
    const Input input = co_await read_more();
    if (input != Input::ready) co_return Next::close;
  }
  deadline_.clear();
  co_return Next::request;
}

// The same of a chunked one. What is wrong with it can no longer be said, only where it ends is not known.
Task<Session::Next> Session::discard_chunks() {
  ReadBuffer& input = space_->input;
  std::string& data = space_->body;
  std::size_t room = shared_.options.limits.body_bytes;
  ChunkedDecoder decoder;
  body_started_ = Clock::now();
  for (;;) {
    std::size_t used = 0;
    data.clear();
    const auto status = decoder.feed(input.data(), data, room, used);
    input.consume(used);
    room -= data.size();
    if (status == ChunkedDecoder::Status::done) break;
    if (status != ChunkedDecoder::Status::need_more) co_return Next::linger;
    keep_pace(shared_.options.limits.body_bytes - room);
    const Input more = co_await read_more();
    if (more != Input::ready) co_return Next::close;
  }
  deadline_.clear();
  co_return Next::request;
}

// Closing a socket on which unread bytes are waiting resets it, and the client may never see the answer: many send all
// of their body before they look.
Task<void> Session::linger() {
  phase_ = Phase::lingering;
  stream_.finish_sending();
  if (!space_) space_ = spaces_.lend();
  space_->input.clear();
  is_late_ = false;
  const auto start = Clock::now();
  std::uint64_t total = 0;
  while (total < kLingerBytes) {
    const auto most = std::min(kLongestLinger, body_time(total));
    const auto silence = is_draining_ ? kDrainGrace : kLingerSilence;
    deadline_.set(shared_from_this(), std::min(start + most, Clock::now() + silence));
    const auto [error, count] = co_await stream_.discard_some(space_->input.space());
    if (error || is_late_ || is_cut_) break;
    total += count;
  }
}

bool Session::wants_close() const {
  const RequestHead& head = space_->head;
  bool keeps_10 = false;
  for (const Field& field : head.fields()) {
    if (!same_name(field.name, "Connection")) continue;
    if (has_token(field.value, "close")) return true;
    keeps_10 = keeps_10 || has_token(field.value, "keep-alive");
  }
  return head.version == 10 && !keeps_10;
}

// Ended behind an answer, so that nothing is lost: balancers find new replicas, memory and credentials do not get old.
bool Session::is_old() const {
  const auto oldest = shared_.options.timeouts.connection;
  return oldest.count() > 0 && request_started_ - accepted_ >= oldest;
}

Task<bool> Session::write(std::string_view bytes) {
  // Nearly always the kernel takes an answer at once: no suspension, no deadline.
  const auto [error, count] = stream_.write_now(bytes);
  if (count == bytes.size()) co_return true;
  if (error && error != boost::asio::error::would_block) co_return false;
  set_deadline(shared_.options.timeouts.write);
  const bool is_written = co_await stream_.write(bytes.substr(count));
  deadline_.clear();
  co_return is_written;
}

}  // namespace metricstream::http
