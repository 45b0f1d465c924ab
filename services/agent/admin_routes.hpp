#pragma once

#include <functional>

#include "common/http/router.hpp"
#include "common/metrics/registry.hpp"

namespace metricstream::agent {

// What the admin listener answers: /-/healthy (while the process lives), /-/ready and /health (200 or 503 as `is_ready`
// says), /metrics (Prometheus text or OpenMetrics). Both arguments must outlive the router.
void add_admin_routes(http::Router& router, const metrics::Registry& registry, std::function<bool()> is_ready);

}  // namespace metricstream::agent
