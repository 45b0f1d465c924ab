#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace metricstream {

// N threads, each running an io_context of its own, so that what is bound to one of them needs no locks.
// Construct, hand out executors, start(); at the end stop() or let join() wait for the work to run out.
class IoThreads {
 public:
  // Threads are called NAME/0, NAME/1, ... (at most 15 bytes are shown by the system).
  IoThreads(std::string name, std::size_t count);
  ~IoThreads();  // stop() and join(); a coroutine that hops between two of the loops must have ended before
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;

  [[nodiscard]] std::size_t size() const { return loops_.size(); }
  [[nodiscard]] boost::asio::any_io_executor executor(std::size_t index) const;
  [[nodiscard]] std::vector<boost::asio::any_io_executor> executors() const;

  void start();
  void stop();  // abandons whatever is suspended; any thread
  void join();  // waits until every loop is out of work

 private:
  struct Loop;
  std::string name_;
  std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace metricstream
