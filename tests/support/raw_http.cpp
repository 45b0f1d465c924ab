#include "tests/support/raw_http.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace metricstream::test {
namespace {

void set_patience(int socket, std::chrono::milliseconds patience) {
  timeval time{};
  time.tv_sec = patience.count() / 1000;
  time.tv_usec = patience.count() % 1000 * 1000;
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

RawResponse parse_head(const std::string& head) {
  RawResponse response;
  if (!head.starts_with("HTTP/1.1 ")) throw std::runtime_error("no HTTP answer: " + head);
  response.status = std::stoi(head.substr(9, 3));
  std::size_t at = head.find("\r\n") + 2;
  while (at < head.size()) {
    const std::size_t end = head.find("\r\n", at);
    const std::size_t colon = head.find(": ", at);
    if (colon < end) response.headers[lower(head.substr(at, colon - at))] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  return response;
}

}  // namespace

RawHttp::RawHttp(std::uint16_t port, std::chrono::milliseconds patience) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  set_patience(socket_, patience);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("cannot connect");
  }
}

RawHttp::~RawHttp() { ::close(socket_); }

void RawHttp::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const long sent = send_some(bytes.data(), bytes.size());
    if (sent <= 0) throw std::runtime_error("cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

long RawHttp::send_some(const char* bytes, std::size_t size) { return ::send(socket_, bytes, size, MSG_NOSIGNAL); }

long RawHttp::receive_some(char* space, std::size_t size) { return ::recv(socket_, space, size, 0); }

void RawHttp::finish_sending() { ::shutdown(socket_, SHUT_WR); }

std::uint16_t RawHttp::local_port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

void RawHttp::reset_on_close() {
  const linger now{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

bool RawHttp::receive() {
  char block[16 * 1024];
  const long count = receive_some(block, sizeof block);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("no byte came in time");
  if (count <= 0) return false;
  pending_.append(block, static_cast<std::size_t>(count));
  return true;
}

RawResponse RawHttp::read(bool to_head) {
  std::size_t end = 0;
  while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive()) throw std::runtime_error("closed within an answer: " + pending_);
  }
  RawResponse response = parse_head(pending_.substr(0, end + 2));
  pending_.erase(0, end + 4);
  const auto length = response.headers.find("content-length");
  const std::size_t size = to_head || length == response.headers.end() ? 0 : std::stoul(length->second);
  while (pending_.size() < size) {
    if (!receive()) throw std::runtime_error("closed within a body");
  }
  response.body = pending_.substr(0, size);
  pending_.erase(0, size);
  return response;
}

bool RawHttp::is_closed() {
  if (!pending_.empty()) return false;
  return !receive();
}

bool RawHttp::wait_for_input(std::chrono::milliseconds patience) {
  if (!pending_.empty()) return true;
  pollfd poll_entry{.fd = socket_, .events = POLLIN, .revents = 0};
  return ::poll(&poll_entry, 1, static_cast<int>(patience.count())) > 0;
}

RawResponse RawHttp::post(std::string_view path, std::string_view body, std::string_view fields) {
  send(post_request(path, body, fields));
  return read();
}

RawResponse RawHttp::get(std::string_view path, std::string_view fields) {
  send("GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) + "\r\n");
  return read();
}

std::string post_request(std::string_view path, std::string_view body, std::string_view fields) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

}  // namespace metricstream::test
