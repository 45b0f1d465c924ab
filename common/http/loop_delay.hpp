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
// kernel, where nobody can count it; this delay is its length in time. All calls on the executor's thread.
class LoopDelay {
 public:
  static constexpr std::chrono::milliseconds kInterval{5};

  explicit LoopDelay(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  // Until stop().
  Task<void> measure();
  void stop();

  // The smaller of the two latest, so that one long pause of the machine is not taken for too much work.
  [[nodiscard]] std::chrono::nanoseconds recent() const { return std::min(last_, before_); }

 private:
  boost::asio::steady_timer timer_;
  std::chrono::nanoseconds last_{0};
  std::chrono::nanoseconds before_{0};
  bool is_stopped_ = false;
};

}  // namespace metricstream::http
