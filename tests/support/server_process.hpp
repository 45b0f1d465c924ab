#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace metricstream::testing {

// Whether the shell would find the program.
[[nodiscard]] bool is_installed(const std::string& program);

// A loopback port that nobody listens on at this moment.
[[nodiscard]] std::uint16_t free_port();

// A directory that goes with its owner.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A child process that ends with its owner, or with this process however that ends.
class ServerProcess {
 public:
  // Output goes to `log`. Throws std::system_error when it cannot be started.
  ServerProcess(const std::vector<std::string>& command, const std::filesystem::path& log);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] bool has_ended();
  // Asks `is_ready` again and again; false when the process ends or 20 s pass.
  [[nodiscard]] bool wait_until_ready(const std::function<bool()>& is_ready);

 private:
  pid_t pid_ = -1;
};

}  // namespace metricstream::testing
