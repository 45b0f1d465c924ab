#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace metricstream::test {

// Listens on a free loopback port, takes one connection, reads a request and answers the given bytes; an empty answer
// means silence until the client goes away.
class OneAnswerServer {
 public:
  explicit OneAnswerServer(std::string answer) : answer_(std::move(answer)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t length = sizeof(address);
    if (::bind(listener_, as_generic(&address), length) != 0 || ::listen(listener_, 1) != 0 ||
        ::getsockname(listener_, as_generic(&address), &length) != 0) {
      throw std::system_error(errno, std::generic_category(), "listening on a loopback port");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  OneAnswerServer(const OneAnswerServer&) = delete;
  OneAnswerServer& operator=(const OneAnswerServer&) = delete;
  ~OneAnswerServer() {
    ::shutdown(listener_, SHUT_RDWR);  // ends an accept that nobody answered
    thread_.join();
    ::close(listener_);
  }

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // Complete once the client has its answer.
  [[nodiscard]] const std::string& request() const { return request_; }

 private:
  static sockaddr* as_generic(sockaddr_in* address) { return reinterpret_cast<sockaddr*>(address); }

  void serve() {
    const int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    std::array<char, 1024> buffer{};
    while (!request_.contains("\r\n\r\n")) {
      const ssize_t got = ::recv(peer, buffer.data(), buffer.size(), 0);
      if (got <= 0) break;
      request_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    // Byte by byte: answers come in pieces.
    for (const char c : answer_) ::send(peer, &c, 1, MSG_NOSIGNAL);
    if (answer_.empty()) ::recv(peer, buffer.data(), buffer.size(), 0);
    ::close(peer);
  }

  std::string answer_;
  std::string request_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace metricstream::test
