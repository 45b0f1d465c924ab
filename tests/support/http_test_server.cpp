#include "tests/support/http_test_server.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "common/gzip/inflater.hpp"

namespace metricstream::testing {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool receive_more(int socket, std::string& buffer) {
  std::array<char, 65536> chunk{};
  const auto got = ::recv(socket, chunk.data(), chunk.size(), 0);
  if (got <= 0) return false;
  buffer.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

TestRequest parse_head(std::string_view head, int socket) {
  TestRequest request;
  request.socket = socket;
  std::size_t line_end = head.find("\r\n");
  const std::string_view first = head.substr(0, line_end);
  request.method = first.substr(0, first.find(' '));
  request.target = first.substr(first.find(' ') + 1, first.rfind(' ') - first.find(' ') - 1);
  while (line_end < head.size()) {
    const std::size_t begin = line_end + 2;
    line_end = std::min(head.find("\r\n", begin), head.size());
    const std::string_view line = head.substr(begin, line_end - begin);
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) request.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
  }
  return request;
}

std::string inflated(const std::string& data) {
  std::string out;
  constexpr gzip::InflateLimits any{.max_inflated = 1U << 30U, .free_inflated = 1U << 30U};
  return gzip::Inflater().inflate(data, any, out) ? out : "not gzip";
}

void reset_on_close(int socket) {
  const linger now{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

HttpTestServer::HttpTestServer(Handler on_request, Handler on_head)
    : on_request_(std::move(on_request)), on_head_(std::move(on_head)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, generic, &size) != 0) {
    throw std::system_error{errno, std::system_category(), "test server"};
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_loop(); }};
}

HttpTestServer::~HttpTestServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard lock{mutex_};
    for (const Connection& connection : connections_) ::shutdown(connection.socket, SHUT_RDWR);
  }
  for (Connection& connection : connections_) {
    connection.thread.join();
    ::close(connection.socket);
  }
}

void HttpTestServer::accept_loop() {
  while (!stopping_) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    ++accepted_;
    const std::lock_guard lock{mutex_};
    connections_.push_back({socket, std::thread{[this, socket] { serve(socket); }}});
  }
}

// The descriptor itself is closed by the destructor, so that its number is not given to another connection while the
// destructor still shuts connections down; for the client shutdown is the end.
void HttpTestServer::serve(int socket) {
  std::string buffer;
  while (!stopping_) {
    std::size_t head_end = 0;
    while ((head_end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!receive_more(socket, buffer)) return;
    }
    TestRequest request = parse_head(std::string_view{buffer}.substr(0, head_end), socket);
    buffer.erase(0, head_end + 4);
    if (on_head_) {
      const TestReply early = on_head_(request);
      if (!early.bytes.empty()) {
        send_all(socket, early.bytes);
        ::shutdown(socket, SHUT_WR);
        wait_for_close(socket);
        return;
      }
    }
    const auto length = request.headers.find("content-length");
    const std::size_t body_size = length == request.headers.end() ? 0 : std::stoul(length->second);
    while (buffer.size() < body_size) {
      if (!receive_more(socket, buffer)) return;
    }
    request.body = buffer.substr(0, body_size);
    buffer.erase(0, body_size);
    if (request.headers.contains("content-encoding")) request.body = inflated(request.body);
    const TestReply reply = on_request_(request);
    send_all(socket, reply.bytes);
    if (reply.reset) {
      reset_on_close(socket);
      // A second descriptor takes this one's number, so that the destructor has something to close.
      const int placeholder = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      ::dup3(placeholder, socket, O_CLOEXEC);
      ::close(placeholder);
      return;
    }
    if (reply.close) {
      ::shutdown(socket, SHUT_RDWR);
      return;
    }
  }
}

bool HttpTestServer::is_closed_by_client(int socket) {
  char byte = 0;
  const auto seen = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return seen == 0 || (seen < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

void HttpTestServer::wait_for_close(int socket) {
  std::array<char, 65536> chunk{};
  while (::recv(socket, chunk.data(), chunk.size(), 0) > 0) {
  }
}

std::string http_answer(int status, std::string_view body, std::string_view headers) {
  std::string answer = "HTTP/1.1 " + std::to_string(status) + " Scripted\r\n";
  answer += headers;
  if (status != 204) answer += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  answer += "\r\n";
  return answer.append(body);
}

std::string query_parameter(std::string_view target, std::string_view name) {
  std::size_t begin = target.find('?');
  while (begin != std::string_view::npos) {
    const std::string_view rest = target.substr(begin + 1);
    const std::string_view pair = rest.substr(0, rest.find('&'));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      std::string value;
      for (std::size_t i = name.size() + 1; i < pair.size(); ++i) {
        if (pair[i] != '%' || i + 2 >= pair.size()) {
          value += pair[i];
          continue;
        }
        value += static_cast<char>(std::stoi(std::string{pair.substr(i + 1, 2)}, nullptr, 16));
        i += 2;
      }
      return value;
    }
    begin = target.find('&', begin + 1);
  }
  return {};
}

}  // namespace metricstream::testing
