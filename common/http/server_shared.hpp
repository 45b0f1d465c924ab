// Private to common/http: what the shards and sessions of one server have in common.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "common/http/address_limiter.hpp"
#include "common/http/head_parser.hpp"
#include "common/http/server.hpp"

namespace metricstream::http {

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

  // For a new connection; null: plain HTTP.
  [[nodiscard]] std::shared_ptr<const TlsCredentials> credentials() const {
    const std::lock_guard lock(tls_mutex);
    return tls;
  }
};

}  // namespace metricstream::http
