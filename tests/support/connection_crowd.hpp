#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>

namespace metricstream::test {

// Raises this process's limit of open files as far as it may go; returns the limit.
std::size_t raise_file_limit();

// Bytes of this process that are in memory now.
[[nodiscard]] std::size_t resident_bytes();

// Many connections held by a process of their own, since both ends of 10,000 are more files than one process may have.
class ConnectionCrowd {
 public:
  // What is done on a connection; false when it went wrong. Runs in the other process.
  using Act = std::function<bool(int socket)>;

  // Forks: make it before any thread is started.
  explicit ConnectionCrowd(Act greet, Act go_on = {});
  ~ConnectionCrowd();  // ends all connections
  ConnectionCrowd(const ConnectionCrowd&) = delete;
  ConnectionCrowd& operator=(const ConnectionCrowd&) = delete;

  // Opens `count` connections to a port of 127.0.0.1, greets on each, and keeps them open. Returns how many succeeded.
  std::size_t open(std::uint16_t port, std::size_t count);
  // Goes on with each of them, in the order in which they were opened. Returns how many succeeded.
  std::size_t go_on();

 private:
  [[noreturn]] void serve(const Act& greet, const Act& go_on) const;
  std::size_t give_order(std::uint16_t port, std::uint64_t count);

  int commands_ = -1;
  int answers_ = -1;
  pid_t child_ = -1;
};

// Sends `request` and reads one answer with Content-Length.
bool ask(int socket, const char* request);

}  // namespace metricstream::test
