// Private to common/http: what the shards and sessions of one server have in common.
#pragma once

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
};

}  // namespace metricstream::http
