#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "common/base/result.hpp"

namespace metricstream {

struct WholeFile {
  std::string text;
  mode_t permissions = 0;  // the low 12 bits of its mode
};

// A regular file of at most `limit` bytes, as it was at one moment: one that changes while it is read is a failure, and
// so is a pipe or a device. The message says what is wrong and does not name the file. Blocks.
[[nodiscard]] Result<WholeFile> read_whole_file(const std::string& path, std::size_t limit);

// What a file, a pipe or a device gives until its end, at most `limit` bytes: for what may come out of another program.
// The message says what is wrong and does not name the file. Blocks, for a pipe until its writer is done.
[[nodiscard]] Result<std::string> read_stream(const std::string& path, std::size_t limit);

// Of a file with a secret that more than its owner and, reading, its group get at: "has mode 0644, expected 0600 (or
// 0640 with the service's group)"; the group may read, which is how a service reads what root owns. Empty where all is
// well.
[[nodiscard]] std::string describe_open_mode(mode_t permissions);

}  // namespace metricstream
