#include "common/http/shard.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include "common/http/forwarded.hpp"
#include "common/runtime/sleep.hpp"

namespace metricstream::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr std::chrono::milliseconds kAcceptPause{100};

// Told so with one attempt to write, no reading, no waiting. Under TLS nothing can be said that cheaply.
void turn_away(tcp::socket& socket, std::string_view answer, bool is_tls) {
  error_code ignored;
  socket.non_blocking(true, ignored);
  if (!is_tls) socket.write_some(asio::buffer(answer), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

// :: where the peer has gone already.
IpAddress peer_of(const tcp::socket& socket) {
  error_code gone;
  const auto address = socket.remote_endpoint(gone).address();
  if (gone) return {};
  const auto v6 = address.is_v6() ? address.to_v6() : asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4());
  return IpAddress(v6.to_bytes());
}

}  // namespace

Server::Shard::Shard(asio::any_io_executor executor, Shared& shared)
    : executor_(executor),
      shared_(shared),
      acceptor_(executor),
      delay_(executor, shared.options.max_delay,
             [observer = shared.observer](std::chrono::nanoseconds delay) {
               if (observer) observer->on_delay(delay);
             }),
      group_(executor, [&shared](std::string_view child, std::string_view message) {
        shared.on_problem(std::string(child) + ": " + std::string(message));
      }) {}

error_code Server::Shard::listen(const tcp::endpoint& endpoint) {
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.set_option(ReusePort(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor_.non_blocking(true, error);
  return error;
}

std::uint16_t Server::Shard::port() const { return acceptor_.local_endpoint().port(); }

void Server::Shard::start() {
  asio::post(executor_, [this] {
    group_.spawn("accept", accept());
    if (shared_.options.max_delay.count() > 0) group_.spawn("delay", delay_.measure());
  });
}

Task<void> Server::Shard::accept() {
  while (!is_draining_) {
    auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::deferred));
    if (!error) {
      try_admit(std::move(socket));
    } else if (!is_draining_ && error != asio::error::connection_aborted) {
      // Most likely no file descriptors: the client stays in the backlog, where only waiting helps it.
      shared_.on_problem(shared_.options.name + ": cannot accept a connection: " + error.message());
      co_await sleep_for(kAcceptPause);
    }
  }
}

// One connection that cannot be served, for want of memory, must not end the accepting.
void Server::Shard::try_admit(Socket socket) {
  try {
    admit(std::move(socket));
  } catch (const std::exception& exception) {
    shared_.on_problem(shared_.options.name + ": cannot serve a connection: " + exception.what());
  }
}

void Server::Shard::tell_refused(const ProblemType& why, const IpAddress& address, std::size_t most) {
  if (shared_.observer) shared_.observer->on_connection_refused(why, address.text(), most);
}

void Server::Shard::admit(Socket socket) {
  ServerStatistics& statistics = shared_.statistics;
  OpenConnection open(statistics);
  const IpAddress address = peer_of(socket);
  if (open.number() > static_cast<std::int64_t>(shared_.options.limits.connections)) {
    statistics.connections_refused.fetch_add(1, std::memory_order_relaxed);
    tell_refused(kTooManyConnections, address, shared_.options.limits.connections);
    turn_away(socket, shared_.too_many_connections, shared_.credentials() != nullptr);
    return;
  }
  Peer peer{.address = address.text(), .is_proxy = contains(shared_.options.trusted_proxies, address), .slot = {}};
  if (!peer.is_proxy) peer.slot = shared_.addresses.take(address);
  if (!peer.is_proxy && !peer.slot) {
    statistics.connections_refused_by_address.fetch_add(1, std::memory_order_relaxed);
    tell_refused(kTooManyOfAddress, address, shared_.options.limits.connections_per_address);
    turn_away(socket, shared_.too_many_of_address, shared_.credentials() != nullptr);
    return;
  }
  statistics.connections_accepted.fetch_add(1, std::memory_order_relaxed);
  auto session =
      std::make_shared<Session>(std::move(socket), std::move(open), std::move(peer), shared_, spaces_, delay_);
  if (is_draining_) session->begin_drain();
  group_.spawn("session", run(std::move(session)));
}

Task<void> Server::Shard::run(std::shared_ptr<Session> session) {
  struct Listed {
    std::unordered_set<Session*>& sessions;
    Session* session;
    ~Listed() { sessions.erase(session); }
  };
  sessions_.insert(session.get());
  const Listed listed{sessions_, session.get()};
  co_await session->run();
}

void Server::Shard::begin_drain() {
  is_draining_ = true;
  // Closing a listening socket resets the connections that the kernel has accepted for us.
  error_code error;
  while (acceptor_.is_open()) {
    Socket socket = acceptor_.accept(error);
    if (error) break;
    try_admit(std::move(socket));
  }
  acceptor_.close(error);
  delay_.stop();
  for (Session* session : sessions_) session->begin_drain();
}

Task<std::size_t> Server::Shard::finish(std::chrono::steady_clock::time_point deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  const bool is_done = co_await group_.wait_for(std::max(left, std::chrono::steady_clock::duration::zero()));
  const std::size_t cut = is_done ? 0 : sessions_.size();
  for (Session* session : sessions_) session->cut();
  co_await group_.wait();
  co_return cut;
}

}  // namespace metricstream::http
