#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <concepts>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "common/http/handler.hpp"
#include "common/http/server.hpp"
#include "common/runtime/event.hpp"
#include "common/runtime/io_threads.hpp"
#include "common/runtime/sleep.hpp"
#include "tests/support/eventually.hpp"

namespace metricstream::http::test {

using namespace std::chrono_literals;

// Of that size, and no two places near each other alike.
inline std::string body_of(std::size_t size) {
  std::string body(size, '\0');
  for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 26);
  return body;
}

inline constexpr ProblemType kTestRefusal{
    .status = 429, .id = "test", .title = "Test", .meaning = "The test wants it.", .remedy = "None."};

// Makes an exchange of a function, and counts those that are alive.
class ExchangeHandler : public Handler {
 public:
  std::expected<std::unique_ptr<Exchange>, Response> begin(const RequestHead& head) override {
    if (head.find("X-Refuse")) return std::unexpected(problem(kTestRefusal, "refused by the test"));
    return std::make_unique<CountedExchange>(*this);
  }
  std::atomic<int> alive{0};

 protected:
  [[nodiscard]] virtual Task<Response> answer(const Request& request) = 0;

 private:
  class CountedExchange final : public Exchange {
   public:
    explicit CountedExchange(ExchangeHandler& handler) : handler_(handler) { ++handler_.alive; }
    ~CountedExchange() override { --handler_.alive; }
    Task<Response> answer(const Request& request) override { return handler_.answer(request); }

   private:
    ExchangeHandler& handler_;
  };
};

// POST: gives the body back. Refuses at the header what carries the field X-Refuse.
class EchoHandler final : public ExchangeHandler {
 public:
  std::atomic<int> handled{0};

 protected:
  Task<Response> answer(const Request& request) override {
    ++handled;
    Response response;
    response.content_type = "application/octet-stream";
    response.body = std::string(request.body);
    co_return response;
  }
};

// Answers when the test opens the gate.
class GatedHandler final : public ExchangeHandler {
 public:
  std::atomic<int> waiting{0};
  std::atomic<bool> is_open{false};

 protected:
  Task<Response> answer(const Request& request) override {
    ++waiting;
    // Polled, since the gate is opened from another thread than the loop's.
    while (!is_open) co_await sleep_for(1ms);
    Response response;
    response.body = std::string(request.body);
    co_return response;
  }
};

// With the field X-Throw-At-Once before the body, else when it is to answer.
class ThrowingHandler final : public ExchangeHandler {
 public:
  std::expected<std::unique_ptr<Exchange>, Response> begin(const RequestHead& head) override {
    if (head.find("X-Throw-At-Once")) throw std::runtime_error("a bug");
    return ExchangeHandler::begin(head);
  }

 protected:
  Task<Response> answer(const Request&) override {
    co_await sleep_for(0ms);
    throw std::runtime_error("a bug");
  }
};

void await(std::predicate auto condition) { ASSERT_TRUE(metricstream::test::eventually(condition)); }

// A server with two threads on a free port: POST /echo, /gated, /throw and GET /hello, /busy.
class TestServer {
 public:
  explicit TestServer(ServerLimits limits = {}, ServerTimeouts timeouts = {}, std::size_t threads = 2)
      : TestServer(ServerOptions{.limits = limits, .timeouts = timeouts}, threads) {}
  explicit TestServer(ServerOptions options, std::size_t threads = 2, std::shared_ptr<const TlsCredentials> tls = {})
      : threads_("test", threads),
        server_(threads_.executors(), on_free_port(std::move(options)), routes(), nullptr,
                [this](std::string_view) { ++problems; }) {
    server_.use_tls(std::move(tls));
    if (auto bound = server_.listen(); !bound) throw std::runtime_error(bound.error().message);
    port_ = server_.port();
    server_.start();
    threads_.start();
  }
  ~TestServer() {
    gated.is_open = true;
    if (!is_drained_) drain(5s).get();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  std::future<std::size_t> drain(std::chrono::milliseconds deadline) {
    is_drained_ = true;
    return boost::asio::co_spawn(threads_.executor(0), server_.drain(deadline), boost::asio::use_future);
  }
  void use_tls(std::shared_ptr<const TlsCredentials> credentials) { server_.use_tls(std::move(credentials)); }
  [[nodiscard]] const ServerStatistics& statistics() const { return server_.statistics(); }

  EchoHandler echo;
  GatedHandler gated;
  std::atomic<int> busy{0};  // GET /busy, each 2 ms of the thread's time
  std::atomic<int> problems{0};

 private:
  static ServerOptions on_free_port(ServerOptions options) {
    options.name = "test";
    options.listen = "127.0.0.1:0";
    return options;
  }
  const Router& routes() {
    router_.add("POST", "/echo", echo);
    router_.add("POST", "/gated", gated);
    router_.add("POST", "/throw", throwing_);
    router_.get("/hello", [](const RequestHead& head) {
      Response response;
      response.content_type = kPlainText;
      response.body = "hello " + std::string(head.remote_address) + (head.is_tls ? " tls" : "");
      for (const std::string& name : head.peer_names) response.body += " " + name;
      return response;
    });
    router_.get("/busy", [this](const RequestHead&) {
      const auto until = std::chrono::steady_clock::now() + 2ms;
      while (std::chrono::steady_clock::now() < until) {
      }
      ++busy;
      return Response{};
    });
    return router_;
  }

  ThrowingHandler throwing_;
  Router router_;
  bool is_drained_ = false;
  IoThreads threads_;
  Server server_;
  std::uint16_t port_ = 0;
};

}  // namespace metricstream::http::test
