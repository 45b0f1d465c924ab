#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <vector>

#include "common/runtime/task.hpp"

namespace metricstream {

// A flag that coroutines wait for. Stays set until reset(); every waiter is woken. All calls on the thread that runs
// `executor`; must outlive its waiters.
class Event {
 public:
  explicit Event(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void set();
  void reset() { is_set_ = false; }
  [[nodiscard]] bool is_set() const { return is_set_; }

  Task<void> wait();
  // False when `timeout` passed first.
  Task<bool> wait_for(std::chrono::nanoseconds timeout);

 private:
  boost::asio::any_io_executor executor_;
  std::vector<boost::asio::steady_timer*> waiters_;
  bool is_set_ = false;
};

}  // namespace metricstream
