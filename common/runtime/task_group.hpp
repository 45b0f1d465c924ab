#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "common/runtime/event.hpp"
#include "common/runtime/task.hpp"

namespace metricstream {

// The children of one owner: nothing is spawned detached, someone awaits wait(). An exception that leaves a child ends
// that child only and is told to `on_exception`, the one place that logs such bugs. All calls on the thread that runs
// `executor`; must outlive its children.
class TaskGroup {
 public:
  using OnException = std::function<void(std::string_view child, std::string_view message)>;

  TaskGroup(boost::asio::any_io_executor executor, OnException on_exception);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // `child` names the task in messages; it must have static storage.
  void spawn(std::string_view child, Task<void> task);
  [[nodiscard]] std::size_t size() const { return running_; }

  // Until no child runs.
  Task<void> wait();
  // False when `timeout` passed first.
  Task<bool> wait_for(std::chrono::nanoseconds timeout);

 private:
  void finished(std::string_view child, std::exception_ptr error);

  boost::asio::any_io_executor executor_;
  OnException on_exception_;
  Event idle_;
  std::size_t running_ = 0;
};

}  // namespace metricstream
