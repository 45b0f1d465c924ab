#include "common/http/loop_delay.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

namespace metricstream::http {

using Clock = std::chrono::steady_clock;
constexpr auto use_result = boost::asio::as_tuple(boost::asio::deferred);

Task<void> LoopDelay::measure() {
  while (!is_stopped_) {
    const auto due = Clock::now() + kInterval;
    timer_.expires_at(due);
    co_await timer_.async_wait(use_result);
    before_ = last_;
    last_ = std::max(Clock::now() - due, std::chrono::nanoseconds{0});
    if (!is_stopped_ && ++unasked_ > kRest) co_await rest();
  }
}

// Until the next question; nothing is known of the time before it.
Task<void> LoopDelay::rest() {
  is_resting_ = true;
  last_ = before_ = std::chrono::nanoseconds{0};
  timer_.expires_at(Clock::time_point::max());
  co_await timer_.async_wait(use_result);
}

std::chrono::nanoseconds LoopDelay::recent() {
  unasked_ = 0;
  if (is_resting_) {
    is_resting_ = false;
    timer_.cancel();
  }
  return std::min(last_, before_);
}

void LoopDelay::stop() {
  is_stopped_ = true;
  timer_.cancel();
}

}  // namespace metricstream::http
