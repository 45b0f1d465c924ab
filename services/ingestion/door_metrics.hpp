#pragma once

#include <vector>

#include "common/metrics/registry.hpp"
#include "services/ingestion/limits/admission.hpp"
#include "services/ingestion/limits/rate_limiter.hpp"

namespace metricstream::ingestion {

// What admission and rate limits hold at the moment. Both must outlive the registrations.
[[nodiscard]] std::vector<metrics::Registration> watch_door(metrics::Registry& registry,
                                                            const limits::Admission& admission,
                                                            limits::RateLimiter& limiter);

}  // namespace metricstream::ingestion
