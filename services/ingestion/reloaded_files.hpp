#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/log/logger.hpp"
#include "common/metrics/registry.hpp"
#include "common/runtime/file_watch.hpp"
#include "common/runtime/task_group.hpp"

namespace metricstream::ingestion {

// What came of reading a file, or a set of files that belong together.
struct Reading {
  std::vector<std::string> errors;  // any: what was in force before stays in force
  std::vector<std::string> warnings;
  std::string summary;  // of what is in force now: "12 keys of 5 clients"
};

// Files that are read at the start, again when they change and on SIGHUP. A bad file changes nothing: it is told to the
// log and to metricstream_config_last_reload_successful{file}. After a failed reading the file is read again every few
// seconds until that succeeds, since a key that was revoked must not live on for one moment without a free descriptor;
// the log says the same errors once. All calls on the thread of `executor`.
class ReloadedFiles {
 public:
  // Blocks and is called on a thread of the pool, never twice at a time. What it throws is an error of the reading.
  using Read = std::function<Reading()>;

  ReloadedFiles(boost::asio::any_io_executor executor, boost::asio::thread_pool& pool, Logger log,
                metrics::Registry& registry, std::chrono::nanoseconds interval = std::chrono::seconds{1});
  ~ReloadedFiles();

  // Reads now, on this thread; the errors, one a line, where anything is wrong. `name` is the label of the metrics.
  [[nodiscard]] Result<void> add(std::string name, std::vector<std::string> paths, Read read);

  // Watches from now on, as children of `group`.
  void start(TaskGroup& group);
  // SIGHUP.
  void reload_all();
  void stop();

 private:
  struct Item;
  Task<void> watch(Item& item);
  // `is_repetition`: after a failure, and not because somebody did something.
  Task<void> read_again(Item& item, bool is_repetition);
  void note(Item& item, const Reading& reading);
  void report(const Item& item, const Reading& reading, bool is_repetition);

  boost::asio::any_io_executor executor_;
  boost::asio::thread_pool& pool_;
  Logger log_;
  metrics::Registry& registry_;
  std::chrono::nanoseconds interval_;
  TaskGroup* group_ = nullptr;
  std::vector<std::unique_ptr<Item>> items_;
};

}  // namespace metricstream::ingestion
