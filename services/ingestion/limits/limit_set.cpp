#include "services/ingestion/limits/limit_set.hpp"

#include <limits>
#include <optional>

namespace metricstream::limits {
namespace {

void add_row(std::vector<OverrideRow>& rows, std::string_view name, const std::string& client,
             const std::optional<Quota>& quota) {
  if (!quota) return;
  const double value = quota->is_unlimited() ? std::numeric_limits<double>::infinity() : quota->units();
  rows.push_back({.limit_name = name, .client = client, .value = value});
}

}  // namespace

LimitSet::LimitSet(const ClientLimits& base, const LimitFile& file) : defaults_(file.defaults.over(base)) {
  for (const auto& [client, quotas] : file.clients) {
    clients_.emplace(client, quotas.over(defaults_));
    add_row(overrides_, kRequestsName, client, quotas.requests_per_second);
    add_row(overrides_, kSamplesName, client, quotas.samples_per_minute);
    add_row(overrides_, kHostSamplesName, client, quotas.host_samples_per_minute);
  }
}

LimitSet::Found LimitSet::of(std::string_view client) const {
  if (!clients_.empty()) {
    const auto found = clients_.find(client);
    if (found != clients_.end()) return {.limits = found->second, .is_listed = true};
  }
  return {.limits = defaults_, .is_listed = false};
}

}  // namespace metricstream::limits
