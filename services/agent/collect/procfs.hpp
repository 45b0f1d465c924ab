#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace metricstream::agent {

// Reads files below a /proc directory: the machine's own, the host's mounted into a container, or a test's fixture.
class Procfs {
 public:
  explicit Procfs(std::filesystem::path root) : root_(std::move(root)) {}

  // The whole file; fails when it is missing, unreadable or larger than 4 MiB. Does not block on the files of /proc.
  [[nodiscard]] Result<std::string> read(std::string_view relative_path) const;

 private:
  std::filesystem::path root_;
};

}  // namespace metricstream::agent
