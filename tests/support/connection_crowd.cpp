#include "tests/support/connection_crowd.hpp"

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace metricstream::test {
namespace {

struct Order {
  std::uint64_t count;
  std::uint16_t port;  // 0: go on with those that are open
};

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  // Reset at the end instead of ten thousand ports in TIME_WAIT.
  const linger reset{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  const timeval patience{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
  ::close(socket);
  return -1;
}

}  // namespace

std::size_t raise_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

ConnectionCrowd::ConnectionCrowd(Act greet, Act go_on) {
  std::array<int, 2> commands{};
  std::array<int, 2> answers{};
  if (::pipe(commands.data()) != 0 || ::pipe(answers.data()) != 0)
    throw std::system_error(errno, std::system_category());
  child_ = ::fork();
  if (child_ < 0) throw std::system_error(errno, std::system_category(), "fork");
  const bool is_child = child_ == 0;
  commands_ = commands[is_child ? 0 : 1];
  answers_ = answers[is_child ? 1 : 0];
  ::close(commands[is_child ? 1 : 0]);
  ::close(answers[is_child ? 0 : 1]);
  if (is_child) serve(greet, go_on);
}

ConnectionCrowd::~ConnectionCrowd() {
  ::close(commands_);  // the child reads the end, and ends
  ::close(answers_);
  ::waitpid(child_, nullptr, 0);
}

void ConnectionCrowd::serve(const Act& greet, const Act& go_on) const {
  raise_file_limit();
  std::vector<int> sockets;
  Order order{};
  while (::read(commands_, &order, sizeof order) == sizeof order) {
    std::uint64_t done = 0;
    if (order.port == 0) {
      done = static_cast<std::uint64_t>(std::ranges::count_if(sockets, go_on));
    } else {
      for (; done < order.count; ++done) {
        const int socket = connect_to(order.port);
        if (socket < 0 || !greet(socket)) break;
        sockets.push_back(socket);
      }
    }
    if (::write(answers_, &done, sizeof done) != sizeof done) break;
  }
  ::_exit(0);
}

std::size_t ConnectionCrowd::give_order(std::uint16_t port, std::uint64_t count) {
  const Order order{.count = count, .port = port};
  std::uint64_t done = 0;
  if (::write(commands_, &order, sizeof order) != sizeof order) return 0;
  return ::read(answers_, &done, sizeof done) == sizeof done ? done : 0;
}

std::size_t ConnectionCrowd::open(std::uint16_t port, std::size_t count) { return give_order(port, count); }

std::size_t ConnectionCrowd::go_on() { return give_order(0, 0); }

bool ask(int socket, const char* request) {
  const std::size_t size = std::strlen(request);
  if (::send(socket, request, size, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) return false;
  std::string answer;
  std::array<char, 2048> block{};
  for (;;) {
    const ssize_t count = ::recv(socket, block.data(), block.size(), 0);
    if (count <= 0) return false;
    answer.append(block.data(), static_cast<std::size_t>(count));
    const std::size_t head = answer.find("\r\n\r\n");
    const std::size_t length = answer.find("Content-Length: ");
    if (head == std::string::npos || length == std::string::npos) continue;
    if (answer.size() >= head + 4 + std::stoul(answer.substr(length + 16))) return true;
  }
}

}  // namespace metricstream::test
