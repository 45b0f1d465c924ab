#include "common/runtime/event.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

namespace metricstream {
namespace {

using boost::asio::steady_timer;

// Takes the waiter off the list whichever way its coroutine ends, also when a stopped loop destroys it.
class Waiting {
 public:
  Waiting(std::vector<steady_timer*>& list, steady_timer& timer) : list_(list), timer_(timer) {
    list_.push_back(&timer_);
  }
  ~Waiting() { std::erase(list_, &timer_); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::vector<steady_timer*>& list_;
  steady_timer& timer_;
};

}  // namespace

void Event::set() {
  is_set_ = true;
  for (steady_timer* waiter : waiters_) waiter->cancel();
}

Task<void> Event::wait() {
  while (!is_set_) {
    steady_timer timer(executor_, steady_timer::time_point::max());
    const Waiting waiting(waiters_, timer);
    co_await timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
  }
}

Task<bool> Event::wait_for(std::chrono::nanoseconds timeout) {
  if (!is_set_) {
    steady_timer timer(executor_, timeout);
    const Waiting waiting(waiters_, timer);
    co_await timer.async_wait(boost::asio::as_tuple(boost::asio::deferred));
  }
  co_return is_set_;
}

}  // namespace metricstream
