#include "common/runtime/task_group.hpp"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

namespace metricstream {

TaskGroup::TaskGroup(boost::asio::any_io_executor executor, OnException on_exception)
    : executor_(executor), on_exception_(std::move(on_exception)), idle_(std::move(executor)) {
  idle_.set();
}

void TaskGroup::spawn(std::string_view child, Task<void> task) {
  ++running_;
  idle_.reset();
  boost::asio::co_spawn(executor_, std::move(task),
                        [this, child](std::exception_ptr error) { finished(child, std::move(error)); });
}

void TaskGroup::finished(std::string_view child, std::exception_ptr error) {
  if (error && on_exception_) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& exception) {
      on_exception_(child, exception.what());
    } catch (...) {
      on_exception_(child, "an exception of unknown type");
    }
  }
  --running_;
  if (running_ == 0) idle_.set();
}

Task<void> TaskGroup::wait() { return idle_.wait(); }

Task<bool> TaskGroup::wait_for(std::chrono::nanoseconds timeout) { return idle_.wait_for(timeout); }

}  // namespace metricstream
