#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "common/base/result.hpp"

// Changing a file that services read and other people edit.
namespace metricstream::admin {

// Keeps every other holder out, of any process on this machine, until it goes. Waits for the one before. The lock is on
// PATH.lock, which stays behind empty: the file itself is replaced and would take its lock with it.
class FileLock {
 public:
  [[nodiscard]] static Result<FileLock> acquire(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

// The file that `path` leads to, symbolic links followed, so that a link stays one; `path` itself where there is none.
[[nodiscard]] std::string target_of(const std::string& path);

// Puts `text` in the place of the file as a whole: readers see the old or the new one, also after a power cut. Mode and
// owner stay; where they cannot, nothing is changed. A new file gets `new_mode`. The message names the file.
[[nodiscard]] Result<void> replace_file(const std::string& path, std::string_view text, mode_t new_mode);

}  // namespace metricstream::admin
