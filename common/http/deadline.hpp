#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>

namespace metricstream::http {

// One timer for the many deadlines of a connection. Moving the deadline later costs nothing: the timer wakes at its old
// time and goes to sleep again; only an earlier one re-arms it. When the deadline passes, `owner->on_deadline()` is
// called on the executor's thread. The owner is kept alive by the sleeping timer until stop().
template <class Owner>
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  template <class Executor>
  explicit Deadline(const Executor& executor) : timer_(executor) {}

  void set(const std::shared_ptr<Owner>& owner, Clock::time_point at) {
    at_ = at;
    if (at_ < armed_) arm(owner);
  }
  void clear() { at_ = Clock::time_point::max(); }
  void stop() {
    at_ = Clock::time_point::max();
    is_stopped_ = true;
    timer_.cancel();
  }

 private:
  void arm(const std::shared_ptr<Owner>& owner) {
    armed_ = at_;
    timer_.expires_at(at_);
    timer_.async_wait([this, owner](const boost::system::error_code& error) {
      if (error || is_stopped_) return;  // an earlier deadline was set, or the end has come
      armed_ = Clock::time_point::max();
      if (Clock::now() >= at_) {
        at_ = Clock::time_point::max();
        owner->on_deadline();
      } else if (at_ != Clock::time_point::max()) {
        arm(owner);
      }
    });
  }

  boost::asio::steady_timer timer_;
  Clock::time_point at_ = Clock::time_point::max();
  Clock::time_point armed_ = Clock::time_point::max();
  bool is_stopped_ = false;
};

}  // namespace metricstream::http
