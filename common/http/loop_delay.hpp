// Private to common/http.
#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "common/runtime/task.hpp"

namespace metricstream::http {

// How late a thread serves what has become ready: a timer that is due every 5 ms measures how long it has waited behind
// everything else that the loop had to do. Where requests come faster than they can be served the queue is in the
// kernel, where nobody can count it; this delay is its length in time. The timer rests while nobody asks, so that an
// idle server sleeps. All calls on the executor's thread.
class LoopDelay {
 public:
  static constexpr std::chrono::milliseconds kInterval{5};
  static constexpr int kRest = 20;  // intervals without a question, until the timer rests

  explicit LoopDelay(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  // Until stop().
  Task<void> measure();
  void stop();

  // The smaller of the two latest, so that one long pause of the machine is not taken for too much work. To be asked
  // with every request.
  [[nodiscard]] std::chrono::nanoseconds recent();

 private:
  Task<void> rest();

  boost::asio::steady_timer timer_;
  std::chrono::nanoseconds last_{0};
  std::chrono::nanoseconds before_{0};
  int unasked_ = 0;  // intervals
  bool is_resting_ = false;
  bool is_stopped_ = false;
};

}  // namespace metricstream::http
