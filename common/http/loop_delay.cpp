#include "common/http/loop_delay.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

namespace metricstream::http {

using Clock = std::chrono::steady_clock;
constexpr auto use_result = boost::asio::as_tuple(boost::asio::deferred);

Task<void> LoopDelay::measure() {
  while (!is_stopped_) {
    due_ = Clock::now() + kInterval;
    timer_.expires_at(due_);
    co_await timer_.async_wait(use_result);
    on_delay_(standing_.pass(due_, Clock::now()));
    if (!is_stopped_ && ++unasked_ > kRest) co_await rest();
  }
}

// Until the next question; nothing is known of the time before it.
Task<void> LoopDelay::rest() {
  is_resting_ = true;
  standing_.forget();
  timer_.expires_at(Clock::time_point::max());
  co_await timer_.async_wait(use_result);
}

std::chrono::nanoseconds LoopDelay::excess() {
  if (is_stopped_) return {};
  unasked_ = 0;
  const auto now = Clock::now();
  if (is_resting_) {
    is_resting_ = false;
    due_ = now + kInterval;
    timer_.cancel();
  }
  return standing_.excess(due_, now);
}

void LoopDelay::stop() {
  is_stopped_ = true;
  timer_.cancel();
}

}  // namespace metricstream::http
