#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/config/load.hpp"
#include "services/ingestion/limits/quota.hpp"

namespace metricstream::limits {

// The quotas that a section of the file names; the others stay as they are one level up.
struct QuotaOverrides {
  std::optional<Quota> requests_per_second{};
  std::optional<Quota> samples_per_minute{};
  std::optional<Quota> host_samples_per_minute{};

  [[nodiscard]] ClientLimits over(const ClientLimits& base) const;
};

// limits.yaml, which must have `clients`: a file that was cut short would drop every override. `defaults` over those of
// rate_limits in the service's own file, `clients` over the defaults.
struct LimitFile {
  QuotaOverrides defaults;
  std::map<std::string, QuotaOverrides> clients;
};

void describe(config::Schema& schema, QuotaOverrides& quotas);
void describe(config::Schema& schema, LimitFile& file);

// The file's text; `name` is only for messages. Nothing is taken from the environment: what clients may do is not to
// depend on who started the service.
[[nodiscard]] config::Loaded<LimitFile> load_limit_file(std::string_view text, std::string_view name);

}  // namespace metricstream::limits
