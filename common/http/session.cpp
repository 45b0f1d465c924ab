#include "common/http/session.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "common/http/forwarded.hpp"
#include "common/http/request_id.hpp"

namespace metricstream::http {

Session::Session(boost::asio::ip::tcp::socket socket, OpenConnection open, Peer peer, Server::Shared& shared,
                 RequestSpacePool& spaces, LoopDelay& delay)
    : open_(std::move(open)),
      tls_changes_(shared.tls_changes.load(std::memory_order_acquire)),
      stream_(std::move(socket), shared.credentials().get()),
      shared_(shared),
      deadline_(stream_.executor()),
      spaces_(spaces),
      delay_(delay),
      peer_(std::move(peer)),
      accepted_(Clock::now()) {}

void Session::begin_drain() {
  is_draining_ = true;
  if (phase_ != Phase::idle) return;
  // The first request of a new connection may be on its way.
  if (is_new_) return set_deadline(kDrainGrace);
  stream_.cancel();
}

void Session::cut() {
  is_cut_ = true;
  stream_.cut();
}

void Session::on_deadline() {
  is_late_ = true;
  const bool is_fault = phase_ == Phase::handshake || phase_ == Phase::request;
  if (is_fault) shared_.statistics.timeouts.fetch_add(1, std::memory_order_relaxed);
  stream_.cancel();
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
      session.stream_.close();
    }
  };
  const End end{*this};
  set_deadline(shared_.options.timeouts.header);
  Next next = Next::request;
  if (stream_.is_tls()) next = co_await shake_hands();
  while (next == Next::request) {
    if (!space_) {
      const bool has_input = co_await await_request();
      if (!has_input) co_return;
    }
    next = co_await next_request();
    if (next != Next::request) break;
    skip_line();
    if (space_->input.empty()) {
      space_.reset();
    } else {
      co_await give_way();
    }
  }
  if (next == Next::linger) co_await linger();
}

// A client that sends many requests at once must not hold the thread until all of them are answered.
Task<void> Session::give_way() {
  if (Clock::now() - turn_began_ < kTurn) co_return;
  co_await boost::asio::post(stream_.executor(), boost::asio::deferred);
  turn_began_ = Clock::now();
}

// Within the time of the first header.
Task<Session::Next> Session::shake_hands() {
  ServerStatistics& statistics = shared_.statistics;
  const bool is_done = co_await stream_.handshake();
  if (is_done) {
    statistics.tls_handshakes.fetch_add(1, std::memory_order_relaxed);
    peer_names_ = stream_.peer_names();
    co_return is_late_ || is_cut_ ? Next::close : Next::request;
  }
  statistics.tls_handshakes_failed.fetch_add(1, std::memory_order_relaxed);
  if (is_late_ || is_cut_) co_return Next::close;
  if (const std::string why = stream_.handshake_failure(); !why.empty()) tell_tls(TlsRefusal::handshake, why);
  if (stream_.was_plain_http()) stream_.write_plain_now(shared_.speak_tls);
  co_return Next::linger;  // so that the peer gets to see why
}

Task<Session::Next> Session::next_request() {
  refusal_.reset();
  std::size_t header_bytes = 0;
  const Input input = co_await read_header(header_bytes);
  if (input == Input::closed) co_return Next::close;
  if (!is_peer_trusted()) co_return Next::close;
  is_new_ = false;
  may_skip_line_ = true;
  request_started_ = Clock::now();
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
  head.excess_delay = delay_.excess();
  if (is_well_formed) co_return co_await serve(header_bytes);
  co_return co_await answer(*refusal_, space_->input.data().size());
}

Task<Session::Next> Session::serve(std::size_t header_bytes) {
  // The stages before the body, cheapest first; what they refuse is never read.
  const RequestHead& head = space_->head;
  const auto route = shared_.router.route(head.method, head.path);
  if (!route) refuse(route.error());
  const std::unique_ptr<Exchange> exchange = route ? begin(**route) : nullptr;
  if (!refusal_ && head.body.content_length > shared_.options.limits.body_bytes) {
    refuse(body_too_large(shared_.options.limits.body_bytes, head.body.content_length));
    exchange->sign(*refusal_);
  }
  if (refusal_) {
    const std::uint64_t here = space_->input.data().size() - header_bytes;
    const std::uint64_t left = head.body.content_length - std::min(here, head.body.content_length);
    const bool is_chunked = head.body.is_chunked;
    const bool is_more_to_come = left > 0 || is_chunked;
    // Said, so that what follows is waited for: see linger().
    if (is_more_to_come && !is_worth_reading_on()) refusal_->close = true;
    const Next next = co_await answer(*refusal_, header_bytes + head.body.content_length - left);
    if (next != Next::request || !is_more_to_come) co_return next;
    if (is_chunked) co_return co_await discard_chunks();
    co_return co_await discard(left);
  }

  std::string_view body;
  if (head.body.has_body()) {
    const Input input = co_await read_body(header_bytes, *exchange, body);
    if (input == Input::closed) co_return Next::close;
    if (input == Input::refused) co_return co_await answer(*refusal_, space_->input.data().size());
  }
  deadline_.clear();
  body_bytes_ = body.size();
  const Response response = co_await call(*exchange, body);
  const bool is_in_place = !body.empty() && body.data() != space_->body.data();
  co_return co_await answer(response, header_bytes + (is_in_place ? body.size() : 0));
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
  head.peer_names = peer_names_;
  head.is_tls = stream_.is_tls();
  if (!peer_.is_proxy) return;
  const auto client = forwarded_client(head, shared_.options.trusted_proxies);
  if (!client) return;
  space_->client_address = client->text();
  head.remote_address = space_->client_address;
}

// With the credentials of now: authorities and revoked certificates may have changed since the handshake.
bool Session::is_peer_trusted() {
  const unsigned changes = shared_.tls_changes.load(std::memory_order_acquire);
  if (changes == tls_changes_ || !stream_.is_tls()) return true;
  tls_changes_ = changes;
  const std::string why = stream_.reason_to_distrust(*shared_.credentials());
  if (!why.empty()) tell_tls(TlsRefusal::certificate, "the certificate is no longer accepted: " + why);
  return why.empty();
}

void Session::tell_tls(TlsRefusal what, std::string_view why) const {
  if (shared_.observer) shared_.observer->on_tls_refused(what, peer_.address, why);
}

Session::Input Session::refuse(Response response) {
  refusal_ = std::move(response);
  return Input::refused;
}

}  // namespace metricstream::http
