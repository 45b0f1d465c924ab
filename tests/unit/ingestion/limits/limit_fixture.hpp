#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "services/ingestion/limits/limit_set.hpp"

namespace metricstream::limits::test {

inline std::shared_ptr<const LimitSet> set_of(std::uint32_t requests, std::uint32_t samples,
                                              std::uint32_t host_samples) {
  return std::make_shared<const LimitSet>(ClientLimits{.requests_per_second = Quota(requests),
                                                       .samples_per_minute = Quota(samples),
                                                       .host_samples_per_minute = Quota(host_samples)});
}

inline ClientLimits unlimited() {
  return {.requests_per_second = Quota::unlimited(),
          .samples_per_minute = Quota::unlimited(),
          .host_samples_per_minute = Quota::unlimited()};
}

// With limits of its own for one client.
inline std::shared_ptr<const LimitSet> listed(const ClientLimits& defaults, const std::string& client,
                                              const QuotaOverrides& quotas) {
  LimitFile file;
  file.clients[client] = quotas;
  return std::make_shared<const LimitSet>(defaults, file);
}

}  // namespace metricstream::limits::test
