#include "services/ingestion/settings.hpp"

#include "common/model/validation.hpp"

namespace metricstream {

constexpr auto enum_names(NamePolicy) {
  return std::to_array<config::EnumName<NamePolicy>>(
      {{"none", NamePolicy::none}, {"lowercase", NamePolicy::lowercase}, {"underscore", NamePolicy::underscore}});
}

}  // namespace metricstream

namespace metricstream::ingestion {

constexpr auto enum_names(AuthMode) { return std::to_array<config::EnumName<AuthMode>>({{"none", AuthMode::none}}); }

namespace {

using config::between;
using config::Schema;
using namespace std::chrono_literals;

constexpr ByteSize kib(std::uint64_t count) { return ByteSize{count * 1024}; }

void describe_http(Schema& schema, HttpSettings& http) {
  schema.section("http", "Where clients connect.");
  schema.field("http.listen", http.listen, "Address and port of the public listener.", config::host_and_port());
  schema.field("http.threads", http.threads, "Threads that serve; 0 is one for each processor.", between(0, 256));
  schema.section("http.limits", "Past these a request is refused with 413, 414 or 431, a connection with 503.");
  schema.field("http.limits.header_size", http.limits.header_size, "Request line and header fields together.",
               between(kib(1), kib(16)));
  schema.field("http.limits.header_fields", http.limits.header_fields, "Header fields of a request.", between(4, 64));
  schema.field("http.limits.target_size", http.limits.target_size, "Path and query.", between(ByteSize{64}, kib(8)));
  schema.field("http.limits.body_size", http.limits.body_size, "Body of a request.", between(kib(1), kib(64 * 1024)));
  schema.field("http.limits.connections", http.limits.connections, "Connections at a time.", between(1, 1'000'000));

  schema.section("http.timeouts", "Absolute: a client that sends byte by byte gains nothing.");
  schema.field("http.timeouts.header", http.timeouts.header, "For a request's header, from its first byte.",
               between(100ms, 10min));
  schema.field("http.timeouts.body", http.timeouts.body,
               "For a request's body, plus a second for every 20 kB of its Content-Length.", between(100ms, 10min));
  schema.field("http.timeouts.write", http.timeouts.write, "For a client to take an answer.", between(100ms, 10min));
  schema.field("http.timeouts.idle", http.timeouts.idle,
               "Between two requests. Above the idle time of the balancer in front (60 s is common).",
               between(100ms, 1h));
  schema.field("http.timeouts.acknowledge", http.timeouts.acknowledge,
               "For Kafka to acknowledge a batch; then 503, although the batch may still be stored.",
               between(100ms, 10min));
  schema.field("http.timeouts.shutdown_delay", http.timeouts.shutdown_delay,
               "From SIGTERM (not ready any more) until no more connections are accepted, for balancers to notice.",
               between(0ms, 10min));
  schema.field("http.timeouts.shutdown", http.timeouts.shutdown,
               "For requests in flight to end after that; connections still open are cut.", between(0ms, 10min));
}

void describe_limits(Schema& schema, SampleLimits& limits) {
  schema.section("limits", "Bounds of one batch and its samples.");
  schema.field("limits.samples", limits.samples, "Samples of a batch, after expansion; more are refused with 413.",
               between(1, 100'000));
  schema.field("limits.depth", limits.depth, "Nesting of a JSON body.", between(3, 32));
  schema.field("limits.name_size", limits.name_size, "A metric's name.", between(ByteSize{1}, kib(1)));
  schema.field("limits.tags", limits.tags, "Tags of a sample.", between(0, 1000));
  schema.field("limits.tag_key_size", limits.tag_key_size, "A tag's key.", between(ByteSize{1}, kib(1)));
  schema.field("limits.tag_value_size", limits.tag_value_size, "A tag's value.", between(ByteSize{1}, kib(16)));
}

void describe_producer(Schema& schema, ProducerLimits& producer) {
  schema.section("producer", "How batches are handed to Kafka.");
  schema.field("producer.message_timeout", producer.message_timeout,
               "How long Kafka's client goes on trying; every batch's fate is known after that.", between(1s, 10min));
  schema.field("producer.max_record_size", producer.max_record_size,
               "A larger record is refused with 413. At most the topic's max.message.bytes.",
               between(kib(10), kib(64 * 1024)));
  schema.field("producer.queue_records", producer.queue_records, "Records under way; beyond it 503 at once.",
               between(1, 10'000'000));
  schema.field("producer.queue_size", producer.queue_size, "Bytes under way; beyond it 503 at once.",
               between(kib(1024), ByteSize{std::uint64_t{16} << 30}));
}

void validate(Schema& schema, IngestSettings& settings) {
  schema.validate([&settings](config::Report& report) {
    if (settings.http.timeouts.acknowledge > settings.producer.message_timeout) {
      report.error("http.timeouts.acknowledge",
                   "expected at most producer.message_timeout: every batch's fate is "
                   "known by then");
    }
    for (const auto& [key, value] : settings.attributes) {
      const BatchLimits limits;
      const auto bad_key = check_tag_key(key, limits);
      const auto bad_value = check_tag_value(value, limits);
      if (bad_key) report.error("attributes", "'" + key + "': " + std::string(bad_key->rule));
      if (bad_value) report.error("attributes." + key, std::string(bad_value->rule));
      if (value.empty()) report.error("attributes." + key, "expected a value");
    }
  });
}

}  // namespace

void describe(Schema& schema, IngestSettings& settings) {
  describe_http(schema, settings.http);
  schema.section("auth", "Who a client is.");
  schema.field(
      "auth.mode", settings.auth_mode,
      "none: for trusted networks. The client's id is the Authorization header's value, else X-Client-Id, else "
      "the body's host_id or serverId, else anonymous.");
  describe_limits(schema, settings.limits);
  schema.section("time", settings.time, "Which timestamps are taken.");
  schema.section("names", "Metric names.");
  schema.field("names.normalize", settings.normalize, "What is done to names before they are checked.");
  schema.field("attributes", settings.attributes,
               "Added to everything that passes here, such as datacenter or environment; a sample's own tag wins.");
  schema.section("kafka", settings.kafka, "Where batches are stored.");
  describe_producer(schema, settings.producer);
  schema.section("admin", settings.admin, "Health, readiness and metrics on a listener of their own.");
  schema.section("log", settings.log, "What is written to standard error.");
  validate(schema, settings);
}

DecodeOptions IngestSettings::decode_options() const {
  DecodeOptions options;
  options.limits.samples = limits.samples;
  options.limits.depth = limits.depth;
  options.limits.name_bytes = limits.name_size.bytes;
  options.limits.tags = limits.tags;
  options.limits.tag_key_bytes = limits.tag_key_size.bytes;
  options.limits.tag_value_bytes = limits.tag_value_size.bytes;
  options.time = {.max_age = to_ns(time.max_age), .max_future = to_ns(time.max_future), .future = time.future};
  options.names = normalize;
  return options;
}

}  // namespace metricstream::ingestion
