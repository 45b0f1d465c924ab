#include "common/runtime/shutdown_signal.hpp"

#include <unistd.h>
#include <csignal>

#include <utility>

namespace metricstream {

ShutdownSignal::ShutdownSignal(boost::asio::any_io_executor executor, std::function<void()> on_reload)
    : signals_(executor, SIGTERM, SIGINT, SIGHUP), on_reload_(std::move(on_reload)), requested_(executor) {
  listen();
}

ShutdownSignal::~ShutdownSignal() = default;

void ShutdownSignal::listen() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;  // cancelled: `this` may be gone
    received(signal);
    listen();
  });
}

void ShutdownSignal::received(int signal) {
  if (signal == SIGHUP) {
    if (on_reload_) on_reload_();
    return;
  }
  // Somebody who asks twice does not want to wait: no clean-up may stand in the way.
  if (signal_ != 0) _exit(128 + signal);
  signal_ = signal;
  requested_.set();
}

void ShutdownSignal::request() { requested_.set(); }

Task<bool> ShutdownSignal::wait_for(std::chrono::nanoseconds timeout) { return requested_.wait_for(timeout); }

Task<int> ShutdownSignal::wait() {
  co_await requested_.wait();
  co_return signal_;
}

void ShutdownSignal::cancel() { signals_.cancel(); }

}  // namespace metricstream
