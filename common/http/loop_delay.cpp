#include "common/http/loop_delay.hpp"

#include <algorithm>
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
    last_ = std::max(Clock::now() - due_, std::chrono::nanoseconds{0});
    if (!is_stopped_ && ++unasked_ > kRest) co_await rest();
  }
}

// Until the next question; nothing is known of the time before it.
Task<void> LoopDelay::rest() {
  is_resting_ = true;
  last_ = std::chrono::nanoseconds{0};
  timer_.expires_at(Clock::time_point::max());
  co_await timer_.async_wait(use_result);
}

std::chrono::nanoseconds LoopDelay::recent() {
  unasked_ = 0;
  if (is_resting_) {
    is_resting_ = false;
    timer_.cancel();
  }
  if (last_.count() == 0) return last_;
  return std::clamp(Clock::now() - due_, std::chrono::nanoseconds{0}, last_);
}

void LoopDelay::stop() {
  is_stopped_ = true;
  timer_.cancel();
}

}  // namespace metricstream::http
