#include "common/runtime/sleep.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace metricstream {

Task<void> sleep_for(std::chrono::nanoseconds duration) {
  auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor, duration);
  co_await timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
}

}  // namespace metricstream
