#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/http_test_server.hpp"

namespace metricstream::testing {

// An ingest service that answers by script, and 202 without one. Thread-safe.
class FakeIngest {
 public:
  enum class Wire {
    whole,
    closed,   // takes the request and closes without an answer
    reset,    // the same with RST
    silent,   // takes the request and never answers
    garbage,  // what comes is no HTTP
  };
  struct Reply {
    int status = 202;
    std::string headers{};
    std::string body = R"({"status":"accepted","rejected":0})";
    Wire wire = Wire::whole;
    bool stores = true;  // of an answer that is no 2xx: whether the batch was stored all the same
  };

  void script(std::vector<Reply> next) {
    const std::lock_guard lock{mutex_};
    for (auto& reply : next) script_.push_back(std::move(reply));
  }
  // What is answered when the script is over.
  void otherwise(Reply reply) {
    const std::lock_guard lock{mutex_};
    default_ = std::move(reply);
  }

  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::vector<TestRequest> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }
  // Bodies by Idempotency-Key, as a service that knows repetitions keeps them; in the order of first arrival.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> stored() const {
    const std::lock_guard lock{mutex_};
    return stored_;
  }
  // Whether a key ever came with two bodies.
  [[nodiscard]] bool saw_changed_batch() const {
    const std::lock_guard lock{mutex_};
    return changed_;
  }

 private:
  TestReply answer(const TestRequest& request) {
    Reply reply;
    {
      const std::lock_guard lock{mutex_};
      reply = default_;
      if (!script_.empty()) {
        reply = std::move(script_.front());
        script_.pop_front();
      }
      remember(request, reply);
    }
    switch (reply.wire) {
      case Wire::whole:
        return {.bytes = http_answer(reply.status, reply.body, reply.headers)};
      case Wire::closed:
        return {.bytes = "", .close = true};
      case Wire::reset:
        return {.bytes = "", .reset = true};
      case Wire::silent:
        HttpTestServer::wait_for_close(request.socket);
        return {.bytes = "", .close = true};
      case Wire::garbage:
        return {.bytes = "SSH-2.0-none\r\n\r\n", .close = true};
    }
    return {};
  }

  void remember(const TestRequest& request, const Reply& reply) {
    requests_.push_back(request);
    const auto key = request.headers.contains("idempotency-key") ? request.headers.at("idempotency-key") : "";
    const auto [known, is_first] = bodies_.emplace(key, request.body);
    changed_ = changed_ || known->second != request.body;
    const bool is_good = reply.wire == Wire::whole && reply.status / 100 == 2;
    if (!is_good && !(reply.stores && (reply.wire != Wire::whole || reply.status >= 500))) return;
    for (const auto& [stored_key, body] : stored_) {
      if (stored_key == key) return;
    }
    stored_.emplace_back(key, request.body);
  }

  mutable std::mutex mutex_;
  std::deque<Reply> script_;
  Reply default_;
  std::vector<TestRequest> requests_;
  std::map<std::string, std::string> bodies_;
  std::vector<std::pair<std::string, std::string>> stored_;
  bool changed_ = false;
  HttpTestServer server_{[this](const TestRequest& request) { return answer(request); }};  // the last
};

}  // namespace metricstream::testing
