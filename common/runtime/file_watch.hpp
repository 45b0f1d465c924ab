#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "common/runtime/event.hpp"
#include "common/runtime/file_signature.hpp"
#include "common/runtime/task.hpp"

namespace metricstream {

// Notices that files have changed, been replaced, appeared or vanished, by looking at them every `interval`.
//
// Polling rather than inotify: a watch belongs to an inode, so it is lost when an editor or a configuration manager
// replaces the file, sees nothing when Kubernetes turns a symbolic link two directories above, nothing of what another
// machine writes on a network file system, and there are only so many watches a user. A stat() of a few local files a
// second costs microseconds, and a change is told within two intervals (ChangeDetector::kPatience + 1 of a file that is
// written to all the time).
//
//   FileWatch watch(executor, {settings.keys_file});    // before the file is read for the first time
//   for (bool more = true; more;) {
//     more = co_await watch.changed();
//     if (more) ... read it, on another thread where that takes long
//     if (more) watch.note_reading(was_read);             // false: it is told again, until it could be read
//   }
//
// All calls on the thread that runs `executor`; must outlive its waiter.
class FileWatch {
 public:
  FileWatch(boost::asio::any_io_executor executor, std::vector<std::string> paths,
            std::chrono::nanoseconds interval = std::chrono::seconds{1});

  // Suspends until one of the files differs from what it was when this returned true the last time, or at construction,
  // or until what could not be read is to be read again; false once stop() was called. A change that happens while
  // nobody waits is told to the next who does. One waiter at a time.
  Task<bool> changed();
  // What came of a reading, whatever was the cause of it.
  void note_reading(bool is_successful) { detector_.note_reading(is_successful); }
  // Whether changed() returned the last time for a failed reading alone.
  [[nodiscard]] bool is_repetition() const { return detector_.is_repetition(); }

  // Ends the waiting for good.
  void stop() { stopped_.set(); }

  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }

 private:
  std::vector<std::string> paths_;
  std::chrono::nanoseconds interval_;
  Event stopped_;
  ChangeDetector detector_;
};

}  // namespace metricstream
