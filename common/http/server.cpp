#include "common/http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <utility>

#include "common/http/server_shared.hpp"
#include "common/http/shard.hpp"

namespace metricstream::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Result<tcp::endpoint> parse_listen(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto refuse = [&] {
    return fail("'" + std::string(text) +
                "' is no listening address; expected address:port, [v6 address]:port or :port");
  };
  if (colon == std::string_view::npos) return refuse();
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || failed != std::errc() || end != digits.data() + digits.size()) return refuse();
  error_code error;
  const auto address = asio::ip::make_address(host.empty() ? "0.0.0.0" : std::string(host), error);
  if (error) return refuse();
  return tcp::endpoint(address, port);
}

// SO_REUSEPORT lets a second server of the same user share the port silently; a plain bind does not.
error_code find_out_whether_taken(const boost::asio::any_io_executor& executor, const tcp::endpoint& endpoint) {
  tcp::acceptor probe(executor);
  error_code error;
  probe.open(endpoint.protocol(), error);
  if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) probe.bind(endpoint, error);
  return error;
}

std::string turn_away_answer(const ProblemType& type, std::string_view detail) {
  ResponseFrame frame;
  frame.close = true;
  std::string bytes;
  append_response(bytes, retry_later(type, detail, std::chrono::seconds{1}), frame);
  return bytes;
}

std::string refusal_of_plain_http() {
  ResponseFrame frame;
  frame.close = true;
  std::string bytes;
  append_response(bytes, problem(kTlsRequired, "this port speaks TLS only: use https://"), frame);
  return bytes;
}

}  // namespace

Server::Server(std::vector<asio::any_io_executor> executors, const ServerOptions& options, const Router& router,
               RequestObserver* observer, OnProblem on_problem)
    : shared_(new Shared{
          .options = options,
          .head_limits = {},
          .router = router,
          .observer = observer,
          .on_problem = std::move(on_problem),
          .statistics = {},
          .addresses = AddressLimiter(options.limits.connections_per_address),
          .too_many_connections =
              turn_away_answer(kTooManyConnections, "the server has as many connections as it takes"),
          .too_many_of_address = turn_away_answer(kTooManyOfAddress, "this address has as many connections as it may"),
          .speak_tls = refusal_of_plain_http(),
          .tls = {}}) {
  const ServerLimits& limits = shared_->options.limits;
  shared_->head_limits = {limits.header_bytes, limits.header_fields, limits.target_bytes};
  for (auto& executor : executors) shards_.push_back(std::make_unique<Shard>(std::move(executor), *shared_));
}

Server::~Server() = default;

Result<void> Server::listen() {
  auto endpoint = parse_listen(shared_->options.listen);
  if (!endpoint) return std::unexpected(endpoint.error());
  error_code error = find_out_whether_taken(shards_.front()->executor(), *endpoint);
  for (const auto& shard : shards_) {
    if (!error) error = shard->listen(*endpoint);
    if (error) return fail("cannot listen on " + shared_->options.listen + ": " + error.message());
    endpoint->port(shard->port());
  }
  return {};
}

void Server::start() {
  for (const auto& shard : shards_) shard->start();
}

std::uint16_t Server::port() const { return shards_.front()->port(); }

void Server::use_tls(std::shared_ptr<const TlsCredentials> credentials) {
  const std::lock_guard lock(shared_->tls_mutex);
  if (!credentials) return;
  shared_->tls = std::move(credentials);
  shared_->tls_changes.fetch_add(1, std::memory_order_release);
}

Task<std::size_t> Server::drain(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (const auto& shard : shards_) {
    asio::post(shard->executor(), [&shard = *shard] { shard.begin_drain(); });
  }
  std::size_t cut = 0;
  for (const auto& shard : shards_) {
    cut += co_await asio::co_spawn(shard->executor(), shard->finish(deadline), asio::use_awaitable);
  }
  co_return cut;
}

const ServerStatistics& Server::statistics() const { return shared_->statistics; }

}  // namespace metricstream::http
