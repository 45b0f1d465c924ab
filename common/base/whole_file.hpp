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

// As chmod takes it: "0640".
[[nodiscard]] std::string mode_text(mode_t permissions);

}  // namespace metricstream
