#pragma once

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "common/http/server.hpp"
#include "common/log/logger.hpp"
#include "common/metrics/registry.hpp"

namespace metricstream::ingestion {

// metricstream_http_* of both listeners, and the access log at level debug.
class RequestMetrics final : public http::RequestObserver {
 public:
  // `paths` are the values of the label `handler`; any other path counts as "other".
  RequestMetrics(metrics::Registry& registry, Logger log, std::vector<std::string> paths);

  void on_request(const http::RequestHead& head, const http::Response& response, std::size_t body_bytes,
                  std::chrono::nanoseconds duration) override;

  // Connections and requests of a server that lives as long as this object.
  void watch(metrics::Registry& registry, const http::Server& server);

 private:
  static constexpr std::size_t kMethods = 4;  // GET, HEAD, POST, other
  static constexpr std::size_t kStatuses = 600;

  struct Handler {
    std::string path;
    metrics::Histogram* duration;
    metrics::Histogram* size;
    // Made when first needed: most combinations never occur.
    std::array<std::array<std::atomic<metrics::Counter*>, kStatuses>, kMethods> requests{};
  };
  Handler& handler_of(std::string_view path);

  metrics::Registry& registry_;
  Logger log_;
  std::vector<std::unique_ptr<Handler>> handlers_;  // the last is "other"
  std::vector<metrics::Registration> registrations_;
};

}  // namespace metricstream::ingestion
