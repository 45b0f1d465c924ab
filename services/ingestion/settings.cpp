#include "services/ingestion/settings.hpp"

#include "common/model/validation.hpp"

namespace metricstream {

constexpr auto enum_names(NamePolicy) {
  return std::to_array<config::EnumName<NamePolicy>>(
      {{"none", NamePolicy::none}, {"lowercase", NamePolicy::lowercase}, {"underscore", NamePolicy::underscore}});
}

}  // namespace metricstream

namespace metricstream::ingestion {

constexpr auto enum_names(AuthMode) {
  return std::to_array<config::EnumName<AuthMode>>({{"none", AuthMode::none}, {"api_key", AuthMode::api_key}});
}

namespace {

using config::between;
using config::Schema;
using namespace std::chrono_literals;

constexpr int kMostSamples = 100'000;
static_assert(kMostSamples <= kIndexBound, "a record must be able to name every sample of its batch");

constexpr ByteSize kib(std::uint64_t count) { return ByteSize{count * 1024}; }

void describe_access_log(Schema& schema, AccessLogSettings& log) {
  schema.section("access_log", "One line a request, at level info.");
  schema.field("access_log.sample_ratio", log.sample_ratio, "Share of the requests that are logged: 0 none, 1 all.",
               between(0.0, 1.0));
  schema.field("access_log.max_lines_per_second", log.max_lines_per_second,
               "More than this are counted and not written.", between(1, 100'000));
}

void describe_auth(Schema& schema, AuthSettings& auth) {
  schema.section("auth", "Who a client is.");
  schema.field("auth.mode", auth.mode,
               "none: for trusted networks. The client's id is the Authorization header's value, else X-Client-Id, "
               "else the body's host_id or serverId, else anonymous. api_key: every request shows a key of keys_file, "
               "or a client certificate that it names.");
  schema.field("auth.keys_file", auth.keys_file,
               "For api_key: the keys, made by metricstream-admin keys. Read again when it changes, and on SIGHUP.");
  schema.field("auth.pepper_file", auth.pepper_file,
               "For api_key: the secret that the keys' hashes are made with; without it the keys file proves nothing.");
}

void describe_limits(Schema& schema, SampleLimits& limits) {
  schema.section("limits", "Bounds of one batch and its samples.");
  schema.field("limits.samples", limits.samples, "Samples of a batch, after expansion; more are refused with 413.",
               between(1, kMostSamples));
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
    const HttpLimits& http = settings.http.limits;
    if (settings.admission.in_flight_size.bytes < http.body_size.bytes + http.inflated_size.bytes) {
      report.error("admission.in_flight_size",
                   "expected at least http.limits.body_size and http.limits.inflated_size together: a batch of that "
                   "size would get 503 for ever");
    }
    if (settings.auth.mode == AuthMode::api_key &&
        (settings.auth.keys_file.empty() || settings.auth.pepper_file.empty())) {
      report.error("auth.mode", "api_key needs auth.keys_file and auth.pepper_file");
    }
    if (settings.auth.mode == AuthMode::none && settings.http.tls.client_certificate != ClientCertificate::none) {
      report.warning("http.tls.client_certificate",
                     "lets clients in, but does not say who they are: with auth.mode none any request names its client "
                     "itself, X-Client-Id for one. Set auth.mode to api_key, where the certificates of auth.keys_file "
                     "decide");
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
  schema.section("http", settings.http, "Where clients connect.");
  describe_access_log(schema, settings.access_log);
  describe_auth(schema, settings.auth);
  schema.section("rate_limits", settings.rate_limits, "What a client may send; beyond it 429.");
  schema.section("admission", settings.admission, "What this replica takes on at a time; beyond it 503 at once.");
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
