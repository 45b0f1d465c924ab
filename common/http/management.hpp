#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/http/kept_pages.hpp"
#include "common/http/router.hpp"
#include "common/metrics/registry.hpp"

namespace metricstream::http {

// What the management endpoints of a process say. The references must outlive the router.
struct Management {
  std::string service;  // "metricstream-ingest"
  const metrics::Registry& registry;
  // Why the process should get no traffic now; none when it is ready. Any thread.
  std::function<std::optional<std::string>()> not_ready;
  // Counters of this process as JSON, for people; empty: GET /metrics answers text only.
  std::function<std::string()> json_counters;
  // Who asks here.
  metrics::Audience audience = metrics::Audience::operators;
  // Keeps what is costly to make; null: every answer is fresh. JSON without a coding is always fresh.
  KeptPages* kept_pages = nullptr;
};

// GET (and HEAD) /health, /-/healthy, /-/ready, /metrics (by gzip where Accept-Encoding allows it) and the aliases
// /healthz, /livez, /readyz. Healthy means only
// that the process answers: it must not depend on others, or they would take it down with them.
void add_management_routes(Router& router, Management management);

}  // namespace metricstream::http
