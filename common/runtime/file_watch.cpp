#include "common/runtime/file_watch.hpp"

#include <utility>

namespace metricstream {

FileWatch::FileWatch(boost::asio::any_io_executor executor, std::vector<std::string> paths,
                     std::chrono::nanoseconds interval)
    : paths_(std::move(paths)), interval_(interval), stopped_(std::move(executor)), detector_(signatures_of(paths_)) {}

Task<bool> FileWatch::changed() {
  for (;;) {
    const bool is_stopped = co_await stopped_.wait_for(interval_);
    if (is_stopped) co_return false;
    if (detector_.observe(signatures_of(paths_))) co_return true;
  }
}

}  // namespace metricstream
