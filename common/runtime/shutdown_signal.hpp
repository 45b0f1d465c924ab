#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <functional>

#include "common/runtime/event.hpp"
#include "common/runtime/task.hpp"

namespace metricstream {

// SIGTERM and SIGINT ask for an orderly end; a second one ends the process at once (exit code 128 + signal).
// SIGHUP calls `on_reload` (ignored where none is given). One object a process; all calls on the executor's thread.
class ShutdownSignal {
 public:
  explicit ShutdownSignal(boost::asio::any_io_executor executor, std::function<void()> on_reload = {});
  ~ShutdownSignal();
  ShutdownSignal(const ShutdownSignal&) = delete;
  ShutdownSignal& operator=(const ShutdownSignal&) = delete;

  // The same as a signal from outside.
  void request();

  // The signal's number; 0 after request().
  Task<int> wait();
  // False when `timeout` passed first.
  Task<bool> wait_for(std::chrono::nanoseconds timeout);

  // Stops listening, so that the executor can run out of work.
  void cancel();

 private:
  void listen();
  void received(int signal);

  boost::asio::signal_set signals_;
  std::function<void()> on_reload_;
  Event requested_;
  int signal_ = 0;
};

}  // namespace metricstream
