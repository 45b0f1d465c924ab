#include "common/runtime/io_threads.hpp"

#include <pthread.h>

#include <utility>

namespace metricstream {

namespace asio = boost::asio;

struct IoThreads::Loop {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  std::thread thread;
};

IoThreads::IoThreads(std::string name, std::size_t count) : name_(std::move(name)) {
  for (std::size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>());
}

IoThreads::~IoThreads() {
  stop();
  join();
}

asio::any_io_executor IoThreads::executor(std::size_t index) const { return loops_[index]->context.get_executor(); }

std::vector<asio::any_io_executor> IoThreads::executors() const {
  std::vector<asio::any_io_executor> result;
  result.reserve(loops_.size());
  for (const auto& loop : loops_) result.emplace_back(loop->context.get_executor());
  return result;
}

void IoThreads::start() {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    Loop& loop = *loops_[i];
    const std::string thread_name = (name_ + "/" + std::to_string(i)).substr(0, 15);
    loop.thread = std::thread([&loop, thread_name] {
      pthread_setname_np(pthread_self(), thread_name.c_str());
      loop.context.run();
    });
  }
}

void IoThreads::stop() {
  for (const auto& loop : loops_) loop->context.stop();
}

void IoThreads::join() {
  for (const auto& loop : loops_) loop->guard.reset();
  for (const auto& loop : loops_) {
    if (loop->thread.joinable()) loop->thread.join();
  }
}

}  // namespace metricstream
