#include "common/http/loop_delay.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

namespace metricstream::http {

using Clock = std::chrono::steady_clock;

Task<void> LoopDelay::measure() {
  while (!is_stopped_) {
    const auto due = Clock::now() + kInterval;
    timer_.expires_at(due);
    co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::deferred));
    before_ = last_;
    last_ = std::max(Clock::now() - due, std::chrono::nanoseconds{0});
  }
}

void LoopDelay::stop() {
  is_stopped_ = true;
  timer_.cancel();
}

}  // namespace metricstream::http
