#pragma once

#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/http/server.hpp"
#include "common/http/tls_credentials.hpp"
#include "common/metrics/registry.hpp"
#include "services/ingestion/http_settings.hpp"
#include "services/ingestion/reloaded_files.hpp"

namespace metricstream::ingestion {

// That the private key's file can be read by others than its owner and group; empty where it cannot, or is not there.
[[nodiscard]] std::string key_file_warning(const std::string& path);

// The files of http.tls, and the server that shows what stands in them.
class ServerCertificate {
 public:
  // All references must outlive it.
  ServerCertificate(const TlsSettings& settings, http::Server& server, const Clock& clock, metrics::Registry& registry);

  [[nodiscard]] std::vector<std::string> paths() const;
  // Reads them anew; new connections are given what they say, and what they were given before where they are bad.
  // Blocks; never twice at a time.
  [[nodiscard]] Reading read();

 private:
  http::TlsFiles files_;
  http::Server& server_;
  const Clock& clock_;
  metrics::Gauge& not_after_;
};

}  // namespace metricstream::ingestion
