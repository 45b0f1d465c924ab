#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <utility>

namespace metricstream::sink {

// The way from other threads to the sink's, which may already be gone: an answer of Kafka can come after the sink's
// end, and is dropped then. Thread-safe.
class Mailbox {
 public:
  explicit Mailbox(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  template <class Function>
  void post(Function function) {
    const std::lock_guard lock{mutex_};
    if (open_) boost::asio::post(executor_, std::move(function));
  }
  [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }
  void close() {
    const std::lock_guard lock{mutex_};
    open_ = false;
  }

 private:
  std::mutex mutex_;
  bool open_ = true;
  boost::asio::any_io_executor executor_;
};

}  // namespace metricstream::sink
