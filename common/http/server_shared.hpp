// Private to common/http: what the shards and sessions of one server have in common.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "common/http/address_limiter.hpp"
#include "common/http/head_parser.hpp"
#include "common/http/server.hpp"

namespace metricstream::http {

// A connection in the count of those that are open. Counted before it is looked at, so that threads that accept at the
// same time do not take one too many. Movable.
class OpenConnection {
 public:
  explicit OpenConnection(ServerStatistics& statistics)
      : count_(&statistics.connections_open), number_(count_->fetch_add(1, std::memory_order_relaxed) + 1) {}
  OpenConnection(OpenConnection&& other) noexcept
      : count_(std::exchange(other.count_, nullptr)), number_(other.number_) {}
  OpenConnection& operator=(OpenConnection&&) = delete;
  ~OpenConnection() {
    if (count_) count_->fetch_sub(1, std::memory_order_relaxed);
  }
  // Of those that were open at its coming, with itself.
  [[nodiscard]] std::int64_t number() const { return number_; }

 private:
  std::atomic<std::int64_t>* count_;
  std::int64_t number_;
};

struct Server::Shared {
  ServerOptions options;
  HeadLimits head_limits;
  const Router& router;
  RequestObserver* observer;  // may be null
  OnProblem on_problem;
  ServerStatistics statistics;
  AddressLimiter addresses;
  // Answers to connections that are turned away; prepared, since there may be many.
  std::string too_many_connections;
  std::string too_many_of_address;
  std::string speak_tls;
  std::shared_ptr<const TlsCredentials> tls;
  mutable std::mutex tls_mutex = {};
  std::atomic<unsigned> tls_changes{0};

  // For a new connection; null: plain HTTP.
  [[nodiscard]] std::shared_ptr<const TlsCredentials> credentials() const {
    const std::lock_guard lock(tls_mutex);
    return tls;
  }
};

}  // namespace metricstream::http
