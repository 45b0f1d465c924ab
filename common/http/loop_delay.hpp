// Private to common/http.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "common/runtime/task.hpp"

namespace metricstream::http {

// How late a thread serves what has become ready. Where requests come faster than they can be served the queue is in
// the kernel, where nobody can count it, but it is served in order, and a timer that is due every 5 ms stands in it
// too: as long as it is overdue, all that is served has waited for longer than it. The timer rests while nobody asks,
// so that an idle server sleeps. All calls on the executor's thread.
class LoopDelay {
 public:
  static constexpr std::chrono::milliseconds kInterval{5};
  static constexpr int kRest = 20;  // intervals without a question, until the timer rests

  explicit LoopDelay(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  // Until stop().
  Task<void> measure();
  void stop();

  // How long a request that is served now has waited at least, and the timer before it as well: one long pause of the
  // machine is not taken for too much work. To be asked with every request.
  [[nodiscard]] std::chrono::nanoseconds recent();

 private:
  Task<void> rest();

  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point due_;
  std::chrono::nanoseconds last_{0};  // how late the timer was
  int unasked_ = 0;                   // intervals
  bool is_resting_ = false;
  bool is_stopped_ = false;
};

}  // namespace metricstream::http
