#include "common/cli/healthcheck.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "common/base/clock.hpp"
#include "common/base/text.hpp"

namespace metricstream {
namespace {

constexpr std::size_t kStatusLineLimit = 1024;

struct Url {
  std::string host;
  std::string port;
  std::string authority;
  std::string target;
};

Result<Url> parse_url(std::string_view url) {
  const auto refuse = [&] {
    return fail("'" + printable(url) + "': expected a URL such as http://127.0.0.1:8081/-/healthy");
  };
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return refuse();
  const std::string_view rest = url.substr(scheme.size());
  if (rest.find_first_of(" \r\n\t@") != std::string_view::npos) return refuse();
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  Url out{.host = "",
          .port = "80",
          .authority = std::string(rest.substr(0, slash)),
          .target = std::string(rest.substr(slash))};
  if (out.target.empty()) out.target = "/";
  std::string_view host = out.authority;
  const std::size_t bracket = host.rfind(']');
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    out.port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  out.host = host;
  if (out.host.empty() || out.port.empty()) return refuse();
  return out;
}

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

// One exchange with one address, under an absolute deadline. Failures are errno values.
class Exchange {
 public:
  Exchange(const addrinfo& address, TimeNs deadline)
      : socket_(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        address_(address),
        deadline_(deadline) {}

  Result<std::string, int> status_line(const std::string& request) {
    if (socket_.fd() < 0) return std::unexpected(errno);
    if (const int error = connect(); error != 0) return std::unexpected(error);
    if (const int error = send(request); error != 0) return std::unexpected(error);
    return receive_line();
  }

 private:
  int wait_for(short events) {
    pollfd waiting{.fd = socket_.fd(), .events = events, .revents = 0};
    const TimeNs left = deadline_ - boot_time_ns();
    if (left <= 0) return ETIMEDOUT;
    const int ready = ::poll(&waiting, 1, static_cast<int>(left / kMillisecond) + 1);
    if (ready < 0 && errno != EINTR) return errno;
    return ready == 0 ? ETIMEDOUT : 0;
  }

  int connect() {
    if (::connect(socket_.fd(), address_.ai_addr, address_.ai_addrlen) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    if (const int error = wait_for(POLLOUT); error != 0) return error;
    int error = 0;
    socklen_t length = sizeof(error);
    ::getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
  }

  int send(std::string_view data) {
    while (!data.empty()) {
      const ssize_t sent = ::send(socket_.fd(), data.data(), data.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        data.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno != EAGAIN && errno != EINTR) {
        return errno;
      } else if (const int error = wait_for(POLLOUT); error != 0) {
        return error;
      }
    }
    return 0;
  }

  Result<std::string, int> receive_line() {
    std::string line;
    std::array<char, 256> buffer{};
    while (line.size() < kStatusLineLimit) {
      const ssize_t got = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
      if (got > 0) {
        line.append(buffer.data(), static_cast<std::size_t>(got));
        if (const std::size_t end = line.find("\r\n"); end != std::string::npos) return line.substr(0, end);
      } else if (got == 0) {
        return std::unexpected(ECONNRESET);
      } else if (errno != EAGAIN && errno != EINTR) {
        return std::unexpected(errno);
      } else if (const int error = wait_for(POLLIN); error != 0) {
        return std::unexpected(error);
      }
    }
    return line;
  }

  Socket socket_;
  const addrinfo& address_;
  TimeNs deadline_;
};

std::string describe_error(int error) {
  if (error == ETIMEDOUT) return "no answer in time";
  std::array<char, 128> buffer{};
  return strerror_r(error, buffer.data(), buffer.size());
}

}  // namespace

Result<void> check_health(std::string_view url, std::chrono::milliseconds timeout) {
  Result<Url> parsed = parse_url(url);
  if (!parsed) return fail(parsed.error().message);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int lookup = ::getaddrinfo(parsed->host.c_str(), parsed->port.c_str(), &hints, &found);
  if (lookup != 0) return fail(std::string(url) + ": cannot resolve the address: " + ::gai_strerror(lookup));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);

  const std::string request = "GET " + parsed->target + " HTTP/1.1\r\nHost: " + parsed->authority +
                              "\r\nUser-Agent: metricstream-healthcheck\r\nConnection: close\r\n\r\n";
  const TimeNs deadline = boot_time_ns() + to_ns(timeout);
  int error = ECONNREFUSED;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const Result<std::string, int> line = Exchange(*address, deadline).status_line(request);
    if (!line) {
      error = line.error();
      continue;
    }
    if (line->starts_with("HTTP/1.1 200") || line->starts_with("HTTP/1.0 200")) return {};
    return fail(std::string(url) + ": expected status 200, got '" + printable(*line) + "'");
  }
  return fail(std::string(url) + ": " + describe_error(error));
}

std::string health_url(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos) return "";
  std::string host(listen.substr(0, colon));
  if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  return "http://" + host + std::string(listen.substr(colon)) + "/-/healthy";
}

}  // namespace metricstream
