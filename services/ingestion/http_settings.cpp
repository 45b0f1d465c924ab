#include "services/ingestion/http_settings.hpp"

#include "common/http/ip_address.hpp"

namespace metricstream::ingestion {

constexpr auto enum_names(ClientCertificate) {
  return std::to_array<config::EnumName<ClientCertificate>>({{"none", ClientCertificate::none},
                                                             {"request", ClientCertificate::request},
                                                             {"require", ClientCertificate::require}});
}

namespace {

using config::between;
using config::Schema;
using namespace std::chrono_literals;

constexpr ByteSize kib(std::uint64_t count) { return ByteSize{count * 1024}; }

void describe_limits(Schema& schema, HttpLimits& limits) {
  schema.section("limits", "Past these a request is refused with 413, 414 or 431, a connection with 503.");
  schema.field("limits.header_size", limits.header_size, "Request line and header fields together.",
               between(kib(1), kib(16)));
  schema.field("limits.header_fields", limits.header_fields, "Header fields of a request.", between(4, 64));
  schema.field("limits.target_size", limits.target_size, "Path and query.", between(ByteSize{64}, kib(8)));
  schema.field("limits.body_size", limits.body_size, "Body of a request.", between(kib(1), kib(64 * 1024)));
  schema.field("limits.inflated_size", limits.inflated_size, "A gzip body when inflated.",
               between(kib(1), kib(1024 * 1024)));
  schema.field("limits.inflated_ratio", limits.inflated_ratio,
               "A gzip body when inflated, as a multiple of its own size; looked at beyond inflated_free.",
               between(1, 2000));
  schema.field("limits.inflated_free", limits.inflated_free, "Small bodies may be inflated to this at any ratio.",
               between(kib(1), kib(1024 * 1024)));
  schema.field("limits.connections", limits.connections, "Connections at a time.", between(1, 1'000'000));
  schema.field("limits.connections_per_address", limits.connections_per_address,
               "Connections of one address at a time; 0 is no such limit. Behind a balancer all have its address.",
               between(0, 1'000'000));
}

void describe_timeouts(Schema& schema, HttpTimeouts& timeouts) {
  schema.section("timeouts", "Absolute: a client that sends byte by byte gains nothing.");
  schema.field("timeouts.header", timeouts.header, "For a request's header, from its first byte.",
               between(100ms, 10min));
  schema.field("timeouts.body", timeouts.body,
               "For a request's body, plus a second for every 20 kB of it that has come.", between(100ms, 10min));
  schema.field("timeouts.write", timeouts.write, "For a client to take an answer.", between(100ms, 10min));
  schema.field("timeouts.idle", timeouts.idle,
               "Between two requests. Above the idle time of the balancer in front (60 s is common).",
               between(100ms, 1h));
  schema.field("timeouts.connection", timeouts.connection,
               "A connection's age at which it ends behind an answer that says so, for clients to come to new replicas "
               "too; 0 is never.",
               between(0ms, 24h * 7));
  schema.field("timeouts.acknowledge", timeouts.acknowledge,
               "For Kafka to acknowledge a batch; then 503, although the batch may still be stored.",
               between(100ms, 10min));
  schema.field("timeouts.shutdown_delay", timeouts.shutdown_delay,
               "From SIGTERM (not ready any more) until no more connections are accepted, for balancers to notice.",
               between(0ms, 10min));
  schema.field("timeouts.shutdown", timeouts.shutdown,
               "For requests in flight to end after that; connections still open are cut.", between(0ms, 10min));
}

void describe_tls(Schema& schema, TlsSettings& tls) {
  schema.section("tls", "TLS 1.2 and 1.3 on the public listener. The files are read again when they change.");
  schema.field("tls.certificate_file", tls.certificate_file,
               "PEM file of the certificate and the chain behind it; empty means plain HTTP.");
  schema.field("tls.key_file", tls.key_file, "PEM file of the certificate's private key.");
  schema.field("tls.client_ca_file", tls.client_ca_file,
               "PEM file of the authorities that sign clients' certificates.");
  schema.field("tls.client_crl_file", tls.client_crl_file,
               "PEM file of the revoked ones, a list of every authority; empty means that none is.");
  schema.field("tls.client_certificate", tls.client_certificate,
               "Whether clients show one: not asked for, checked where one is shown, or required of all.");
  schema.validate([&tls](config::Report& report) {
    if (tls.certificate_file.empty() != tls.key_file.empty()) {
      report.error(tls.key_file.empty() ? "tls.key_file" : "tls.certificate_file",
                   "expected a file: certificate and key go together");
    }
    if (tls.client_certificate != ClientCertificate::none && (tls.client_ca_file.empty() || !tls.is_enabled())) {
      report.error("tls.client_certificate", "needs tls.certificate_file, tls.key_file and tls.client_ca_file");
    }
    const bool is_asked = tls.client_certificate != ClientCertificate::none;
    if (!is_asked && !tls.client_ca_file.empty()) {
      report.error("tls.client_ca_file", "has no effect: set tls.client_certificate to request or require");
    }
    if (!is_asked && !tls.client_crl_file.empty()) {
      report.error("tls.client_crl_file", "has no effect: set tls.client_certificate to request or require");
    }
  });
}

}  // namespace

void describe(Schema& schema, HttpSettings& http) {
  schema.field("listen", http.listen, "Address and port of the public listener.", config::host_and_port());
  schema.field("threads", http.threads, "Threads that serve; 0 is one for each processor.", between(0, 256));
  schema.field("trusted_proxies", http.trusted_proxies,
               "Addresses and networks (10.0.0.0/8) whose X-Forwarded-For is believed: the balancers in front.");
  schema.validate([&http](config::Report& report) {
    for (const std::string& text : http.trusted_proxies) {
      const auto range = metricstream::http::AddressRange::parse(text);
      if (!range) report.error("trusted_proxies", range.error().message);
    }
  });
  describe_limits(schema, http.limits);
  describe_timeouts(schema, http.timeouts);
  describe_tls(schema, http.tls);
}

}  // namespace metricstream::ingestion
