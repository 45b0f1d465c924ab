#include "common/http/resolve.hpp"

#include <boost/asio/error.hpp>
#include <utility>
#include <vector>

#include "common/runtime/event.hpp"

namespace metricstream::http {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Endpoints = std::vector<tcp::endpoint>;

// Shared by the waiting coroutine and the resolver's callback, which may come after the coroutine has gone.
struct Resolution {
  explicit Resolution(const boost::asio::any_io_executor& executor) : done(executor), resolver(executor) {}
  Event done;
  tcp::resolver resolver;
  error_code error = boost::asio::error::timed_out;
  Endpoints endpoints;
};

std::shared_ptr<Resolution> start(const boost::asio::any_io_executor& executor, const std::string& host,
                                  std::uint16_t port) {
  auto state = std::make_shared<Resolution>(executor);
  state->resolver.async_resolve(host, std::to_string(port),
                                [state](error_code error, const tcp::resolver::results_type& results) {
                                  state->error = error;
                                  for (const auto& entry : results) state->endpoints.push_back(entry.endpoint());
                                  state->done.set();
                                });
  return state;
}

}  // namespace

Task<Result<Endpoints, error_code>> resolve(boost::asio::any_io_executor executor, std::string host, std::uint16_t port,
                                            std::chrono::nanoseconds timeout) {
  error_code not_literal;
  const auto address = boost::asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return Endpoints{tcp::endpoint(address, port)};

  const auto state = start(executor, host, port);
  const bool is_done = co_await state->done.wait_for(timeout);
  if (!is_done || state->error) co_return std::unexpected(state->error);
  co_return std::move(state->endpoints);
}

}  // namespace metricstream::http
