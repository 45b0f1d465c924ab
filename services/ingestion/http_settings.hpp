#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/byte_size.hpp"
#include "common/config/schema.hpp"

// The section `http` of config/ingest.yaml; the names of the members are the names in the file.
namespace metricstream::ingestion {

struct HttpLimits {
  ByteSize header_size{8 * 1024};
  std::uint32_t header_fields = 64;
  ByteSize target_size{1024};
  ByteSize body_size{1024 * 1024};
  ByteSize inflated_size{8 * 1024 * 1024};
  ByteSize inflated_free{1024 * 1024};  // the ratio is looked at beyond this
  std::uint32_t inflated_ratio = 100;
  std::uint32_t connections = 10'000;
  std::uint32_t connections_per_address = 0;  // 0: no such limit
};

struct HttpTimeouts {
  std::chrono::milliseconds header{5'000};
  std::chrono::milliseconds body{10'000};
  std::chrono::milliseconds write{10'000};
  std::chrono::milliseconds idle{75'000};
  std::chrono::milliseconds connection{3'600'000};  // 0: never
  std::chrono::milliseconds acknowledge{10'000};    // of Kafka; then 503, while the message lives on
  std::chrono::milliseconds shutdown_delay{5'000};
  std::chrono::milliseconds shutdown{20'000};
};

// Whether clients show a certificate on the public listener.
enum class ClientCertificate : std::uint8_t { none, request, require };

struct TlsSettings {
  std::string certificate_file;  // empty: plain HTTP
  std::string key_file;
  std::string client_ca_file;
  std::string client_crl_file;  // empty: no certificate is revoked
  ClientCertificate client_certificate = ClientCertificate::none;

  [[nodiscard]] bool is_enabled() const { return !certificate_file.empty(); }
};

struct HttpSettings {
  std::string listen = "0.0.0.0:8080";
  std::uint32_t threads = 0;  // 0: one for each processor
  HttpLimits limits;
  HttpTimeouts timeouts;
  std::vector<std::string> trusted_proxies;  // addresses and networks such as 10.0.0.0/8
  TlsSettings tls;
};

void describe(config::Schema& schema, HttpSettings& http);

}  // namespace metricstream::ingestion
