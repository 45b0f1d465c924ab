// Private to common/http.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <utility>

#include "common/http/standing_delay.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::http {

// How late a thread serves what has become ready. Where requests come faster than they can be served the queue is in
// the kernel, where nobody can count it, but it is served in order, and a timer that is due soon after it was last
// served stands in it too. The timer rests while nobody asks, so that an idle server sleeps. All calls on the
// executor's thread.
class LoopDelay {
 public:
  static constexpr std::chrono::milliseconds kInterval{2};
  static constexpr int kRest = 50;  // intervals without a question, until the timer rests

  // `most`: what is not too much; see standing_delay.hpp. `on_delay` is told of each turn of the timer how late it was.
  LoopDelay(
      const boost::asio::any_io_executor& executor, std::chrono::nanoseconds most,
      std::function<void(std::chrono::nanoseconds)> on_delay = [](auto) {})
      : timer_(executor), standing_(most), on_delay_(std::move(on_delay)) {}

  // Until stop(); before and after nothing is too much.
  Task<void> measure();
  void stop();

  // How long a request that is served now has waited, where that is too much; else 0. To be asked with every request.
  [[nodiscard]] std::chrono::nanoseconds excess();

 private:
  Task<void> rest();

  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point due_ = std::chrono::steady_clock::time_point::max();
  StandingDelay standing_;
  std::function<void(std::chrono::nanoseconds)> on_delay_;
  int unasked_ = 0;  // intervals
  bool is_resting_ = false;
  bool is_stopped_ = false;
};

}  // namespace metricstream::http
