#include "services/ingestion/wiring.hpp"

#include <algorithm>
#include <thread>

#include "common/kafka/configuration.hpp"

namespace metricstream::ingestion {

std::size_t thread_count(const HttpSettings& http) {
  return http.threads > 0 ? http.threads : std::max(1U, std::thread::hardware_concurrency());
}

http::ServerOptions public_server_options(const IngestSettings& settings) {
  const HttpSettings& http = settings.http;
  http::ServerOptions options;
  options.max_delay = settings.admission.max_delay;
  options.listen = http.listen;
  options.limits = {.header_bytes = http.limits.header_size.bytes,
                    .header_fields = http.limits.header_fields,
                    .target_bytes = http.limits.target_size.bytes,
                    .body_bytes = http.limits.body_size.bytes,
                    .connections = http.limits.connections,
                    .connections_per_address = http.limits.connections_per_address};
  options.timeouts = {.header = http.timeouts.header,
                      .body = http.timeouts.body,
                      .write = http.timeouts.write,
                      .idle = http.timeouts.idle,
                      .connection = http.timeouts.connection};
  for (const std::string& text : http.trusted_proxies) {
    if (const auto range = http::AddressRange::parse(text)) options.trusted_proxies.push_back(*range);
  }
  return options;
}

http::ServerOptions admin_server_options(const IngestSettings& settings) {
  http::ServerOptions options;
  options.name = "admin";
  options.listen = settings.admin.listen;
  options.limits.connections = 100;
  return options;
}

IngestOptions ingest_options(const IngestSettings& settings) {
  return {.decode = settings.decode_options(),
          .body_bytes = settings.http.limits.body_size.bytes,
          .inflate = {.max_inflated = settings.http.limits.inflated_size.bytes,
                      .free_inflated = settings.http.limits.inflated_free.bytes,
                      .max_ratio = settings.http.limits.inflated_ratio},
          .record_bytes = settings.producer.max_record_size.bytes,
          .partitions = settings.kafka.partitions,
          .attributes = settings.attributes,
          .has_rate_headers = settings.rate_limits.headers,
          .retry_jitter = settings.rate_limits.retry_jitter};
}

QueueLimits queue_limits(const ProducerLimits& producer) {
  return {.records = producer.queue_records, .bytes = producer.queue_size.bytes};
}

Result<kafka::ProducerSettings> producer_settings(const IngestSettings& settings) {
  auto client = kafka::client_settings(settings.kafka, std::string(kProgram));
  if (!client) return std::unexpected(client.error());
  kafka::ProducerSettings producer;
  producer.client = std::move(*client);
  producer.topic = settings.kafka.topic;
  producer.message_timeout = settings.producer.message_timeout;
  producer.max_message_bytes = static_cast<std::uint32_t>(settings.producer.max_record_size.bytes);
  producer.queue_messages = settings.producer.queue_records;
  producer.queue_kbytes = static_cast<std::uint32_t>(settings.producer.queue_size.bytes / 1024);
  return producer;
}

}  // namespace metricstream::ingestion
