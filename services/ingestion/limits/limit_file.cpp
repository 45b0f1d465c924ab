#include "services/ingestion/limits/limit_file.hpp"

#include "common/base/text.hpp"
#include "common/model/validation.hpp"

namespace metricstream::limits {

ClientLimits QuotaOverrides::over(const ClientLimits& base) const {
  return {.requests_per_second = requests_per_second.value_or(base.requests_per_second),
          .samples_per_minute = samples_per_minute.value_or(base.samples_per_minute),
          .host_samples_per_minute = host_samples_per_minute.value_or(base.host_samples_per_minute)};
}

void describe(config::Schema& schema, QuotaOverrides& quotas) {
  schema.field("requests_per_second", quotas.requests_per_second, "Requests in any second.");
  schema.field("samples_per_minute", quotas.samples_per_minute, "Samples in any minute.");
  schema.field("host_samples_per_minute", quotas.host_samples_per_minute,
               "Samples in any minute from one host, where the batch names it.");
}

void describe(config::Schema& schema, LimitFile& file) {
  schema.section("defaults", file.defaults, "For every client; what is absent stays as in rate_limits.");
  schema.map("clients", file.clients, "By client id; what is absent stays as in defaults.");
  schema.require("clients", "clients with their limits; 'clients: {}' has none");
  schema.validate([&file](config::Report& report) {
    for (const auto& [id, quotas] : file.clients) {
      if (is_client_id(id, BatchLimits{})) continue;
      report.error("clients." + printable(id),
                   "no client has such an id: expected 1 to 128 visible ASCII characters without backslash");
    }
  });
}

config::Loaded<LimitFile> load_limit_file(std::string_view text, std::string_view name) {
  return config::load<LimitFile>(text, name, config::Environment{});
}

}  // namespace metricstream::limits
