#include "common/http/session.hpp"

#include <exception>
#include <utility>

#include "common/http/forwarded.hpp"
#include "common/http/header.hpp"
#include "common/http/http_date.hpp"
#include "common/http/request_id.hpp"

namespace metricstream::http {
namespace {

constexpr std::chrono::milliseconds kLinger{2'000};
// Of what a refused client goes on sending; then the connection is reset.
constexpr std::size_t kLingerBytes = 1024 * 1024;

// True when `token` is an element of a comma-separated field.
bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    std::string_view element = list.substr(0, comma);
    while (!element.empty() && (element.front() == ' ' || element.front() == '\t')) element.remove_prefix(1);
    while (!element.empty() && (element.back() == ' ' || element.back() == '\t')) element.remove_suffix(1);
    if (same_name(element, token)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

Session::Session(boost::asio::ip::tcp::socket socket, Peer peer, Server::Shared& shared, RequestSpacePool& spaces,
                 const LoopDelay& delay)
    : socket_(std::move(socket)),
      shared_(shared),
      deadline_(socket_.get_executor()),
      spaces_(spaces),
      delay_(delay),
      peer_(std::move(peer)),
      accepted_(Clock::now()) {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  shared_.statistics.connections_open.fetch_add(1, std::memory_order_relaxed);
}

Session::~Session() { shared_.statistics.connections_open.fetch_sub(1, std::memory_order_relaxed); }

void Session::begin_drain() {
  is_draining_ = true;
  boost::system::error_code ignored;
  if (!is_idle_) return;
  // The first request of a new connection may be on its way.
  if (is_new_) return set_deadline(kDrainGrace);
  socket_.cancel(ignored);
}

void Session::cut() {
  is_cut_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Session::on_deadline() {
  is_late_ = true;
  if (!is_idle_) shared_.statistics.timeouts.fetch_add(1, std::memory_order_relaxed);
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Session::set_deadline(std::chrono::milliseconds from_now) {
  is_late_ = false;
  deadline_.set(shared_from_this(), Clock::now() + from_now);
}

Task<void> Session::run() {
  struct End {
    Session& session;
    ~End() {
      session.deadline_.stop();
      boost::system::error_code ignored;
      session.socket_.close(ignored);
    }
  };
  const End end{*this};
  set_deadline(shared_.options.timeouts.header);
  Next next = Next::request;
  while (next == Next::request) {
    if (!space_) {
      const bool has_input = co_await await_request();
      if (!has_input) co_return;
    }
    next = co_await next_request();
    if (next == Next::request && space_->input.empty()) space_.reset();
  }
  if (next == Next::linger) co_await linger();
}

Task<Session::Next> Session::next_request() {
  refusal_.reset();
  std::size_t header_bytes = 0;
  const Input input = co_await read_header(header_bytes);
  if (input == Input::closed) co_return Next::close;
  is_new_ = false;
  request_started_ = Clock::now();
  ++requests_;
  body_bytes_ = 0;
  deadline_.clear();
  RequestHead& head = space_->head;
  bool is_well_formed = input == Input::ready;
  if (is_well_formed) {
    auto parsed = parse_head(space_->input.data().substr(0, header_bytes), shared_.head_limits, head);
    if (!parsed) refuse(std::move(parsed.error()));
    is_well_formed = parsed.has_value();
  } else {
    head.clear();
  }
  name_request();
  name_client();
  if (is_well_formed) co_return co_await serve(header_bytes);
  shared_.statistics.framing_errors.fetch_add(1, std::memory_order_relaxed);
  co_return co_await answer(*refusal_, space_->input.data().size());
}

Task<Session::Next> Session::serve(std::size_t header_bytes) {
  // The stages before the body, cheapest first; what they refuse is never read.
  const RequestHead& head = space_->head;
  const auto route = shared_.router.route(head.method, head.path);
  if (!route) refuse(route.error());
  const std::unique_ptr<Exchange> exchange = route ? begin(**route) : nullptr;
  if (!refusal_ && head.body.content_length > shared_.options.limits.body_bytes) {
    refuse(body_too_large(shared_.options.limits.body_bytes));
  }
  if (refusal_) {
    const std::uint64_t here = space_->input.data().size() - header_bytes;
    const std::uint64_t left = head.body.content_length - std::min(here, head.body.content_length);
    if ((left > 0 && !is_worth_reading_on()) || head.body.is_chunked) refusal_->close = true;
    const Next next = co_await answer(*refusal_, header_bytes + head.body.content_length - left);
    if (next != Next::request || left == 0) co_return next;
    co_return co_await discard(left);
  }

  std::string_view body;
  if (head.body.has_body()) {
    const Input input = co_await read_body(header_bytes, body);
    if (input == Input::closed) co_return Next::close;
    if (input == Input::refused) co_return co_await answer(*refusal_, space_->input.data().size());
  }
  deadline_.clear();
  body_bytes_ = body.size();
  const Response response = co_await call(*exchange, body);
  const bool is_in_place = !body.empty() && body.data() != space_->body.data();
  co_return co_await answer(response, header_bytes + (is_in_place ? body.size() : 0));
}

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
  co_return answer_bug(bug);
}

Response Session::answer_bug(std::string_view what) {
  shared_.on_problem("request " + std::string(space_->head.request_id) + ": " + std::string(what));
  Response response = problem(kInternal, "the server failed to handle this request; its log has the request id");
  response.close = true;
  return response;
}

Task<Session::Next> Session::answer(const Response& response, std::size_t consumed) {
  ReadBuffer& input = space_->input;
  const RequestHead& head = space_->head;
  const bool is_last_input = input.data().size() <= consumed;
  ResponseFrame frame;
  frame.date = http_date_now();
  frame.request_id = head.request_id;
  const bool is_asked_to_close = wants_close();
  frame.close = response.close || is_asked_to_close || (is_last_input && (is_draining_ || is_worn_out()));
  frame.keep_alive_10 = head.version == 10;
  frame.head_only = head.method == "HEAD";
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
// one that waits to be told to go on, does not.
bool Session::is_worth_reading_on() const {
  const RequestHead& head = space_->head;
  const bool is_to_come_back = refusal_->status == 429 || refusal_->status == 503;
  return is_to_come_back && head.body.content_length <= shared_.options.limits.body_bytes && !head.find("Expect");
}

// Reads what is left of a refused body and lets it go.
Task<Session::Next> Session::discard(std::uint64_t bytes) {
  set_deadline(shared_.options.timeouts.body);
  while (bytes > 0) {
    const std::uint64_t here = std::min<std::uint64_t>(space_->input.data().size(), bytes);
    space_->input.consume(here);
    bytes -= here;
    if (bytes == 0) break;
    const Input input = co_await read_more();
    if (input != Input::ready) co_return Next::close;
  }
  deadline_.clear();
  co_return Next::request;
}

// Closing a socket on which unread bytes are waiting resets it, and the client may never see the answer.
Task<void> Session::linger() {
  boost::system::error_code error;
  socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, error);
  set_deadline(is_draining_ ? kDrainGrace : kLinger);
  std::size_t total = 0;
  while (total < kLingerBytes) {
    space_->input.clear();
    const Input input = co_await read_more();
    if (input != Input::ready) break;
    total += space_->input.data().size();
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
bool Session::is_worn_out() const {
  const std::size_t most = shared_.options.limits.requests_per_connection;
  const auto oldest = shared_.options.timeouts.connection;
  return (most > 0 && requests_ >= most) || (oldest.count() > 0 && request_started_ - accepted_ >= oldest);
}

bool Session::has_whole_body(std::size_t header_bytes) const {
  const RequestHead& head = space_->head;
  return !head.body.is_chunked && space_->input.data().size() - header_bytes >= head.body.content_length;
}

void Session::name_request() {
  RequestHead& head = space_->head;
  head.request_id = head.find("X-Request-Id").value_or("");
  if (!is_usable_request_id(head.request_id)) {
    make_request_id(space_->made_request_id);
    head.request_id = space_->made_request_id;
  }
  const auto trace = head.find("traceparent");
  if (trace && is_traceparent(*trace)) head.traceparent = *trace;
}

void Session::name_client() {
  RequestHead& head = space_->head;
  head.remote_address = peer_.address;
  head.loop_delay = delay_.recent();
  if (!peer_.is_proxy) return;
  const auto client = forwarded_client(head, shared_.options.trusted_proxies);
  if (!client) return;
  space_->client_address = client->text();
  head.remote_address = space_->client_address;
}

Session::Input Session::refuse(Response response) {
  refusal_ = std::move(response);
  return Input::refused;
}

}  // namespace metricstream::http
