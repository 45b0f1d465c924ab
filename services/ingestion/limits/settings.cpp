#include "services/ingestion/limits/settings.hpp"

namespace metricstream::limits {

using config::between;
using config::Schema;

TableSizes RateLimitSettings::table_sizes(bool has_keys) const {
  TableSizes sizes{.clients = clients, .hosts = hosts, .remotes = clients};
  if (has_keys) sizes.clients = std::nullopt;
  return sizes;
}

void describe(Schema& schema, RateLimitSettings& settings) {
  schema.field("requests_per_second", settings.client.requests_per_second,
               "Requests of a client in any second; of an address, as long as the client is not known.");
  schema.field("samples_per_minute", settings.client.samples_per_minute, "Samples of a client in any minute.");
  schema.field("host_samples_per_minute", settings.client.host_samples_per_minute,
               "Samples of one host of a client in any minute, where the batch names its host.");
  schema.field("overrides_file", settings.overrides_file,
               "File of limits for single clients, such as config/limits.yaml; read again when it changes. Empty: "
               "every client has the limits above.");
  schema.field("headers", settings.headers,
               "RateLimit and RateLimit-Policy also on answers to requests that passed; refusals always have them.");
  schema.field("retry_jitter", settings.retry_jitter,
               "Percent of the wait by which Retry-After is spread, so that refused clients do not come back at once.",
               between(0, 100));
  schema.field("clients", settings.clients,
               "Clients, and addresses, counted at a time in auth.mode none. More of them within a minute share one "
               "limit.",
               between(64, 16'777'216));
  schema.field("hosts", settings.hosts,
               "Hosts counted at a time. More of them within a minute share a limit with others of their client.",
               between(64, 16'777'216));
}

AdmissionLimits AdmissionSettings::limits() const {
  return {.in_flight_bytes = in_flight_size.bytes, .queue_percent = queue_fill, .max_delay = max_delay};
}

void describe(Schema& schema, AdmissionSettings& settings) {
  schema.field(
      "in_flight_size", settings.in_flight_size,
      "Bytes of all bodies in memory, inflated ones as they are then; beyond it 503 at once. Not counted: 35 KB "
      "a request that is being read or answered (at most http.limits.connections of them), whatever its size.",
      between(ByteSize{1024 * 1024}, ByteSize{std::uint64_t{1} << 40}));
  schema.field("queue_fill", settings.queue_fill,
               "Percent of producer.queue_records and producer.queue_size above which requests get 503: those in "
               "flight will add to it.",
               between(1, 100));
  schema.field(
      "max_delay", settings.max_delay,
      "How late a thread may serve what has come, before requests get 503: the processor cannot keep up. Bursts "
      "that are gone within 100ms are served. 0 turns this off.",
      between(std::chrono::milliseconds{0}, std::chrono::milliseconds{10'000}));
}

}  // namespace metricstream::limits
