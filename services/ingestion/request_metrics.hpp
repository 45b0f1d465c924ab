#pragma once

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include "common/http/server.hpp"
#include "common/metrics/registry.hpp"
#include "services/ingestion/access_log.hpp"

namespace metricstream::ingestion {

// metricstream_http_* of the public listener; passes every request on to the access log.
class RequestMetrics final : public http::RequestObserver {
 public:
  // `paths` are the values of the label `handler`; one that ends with a slash stands for all below it, and any other
  // path counts as "other". Registry and log must outlive this.
  RequestMetrics(metrics::Registry& registry, AccessLog& log, std::vector<std::string> paths);

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
  AccessLog& log_;
  std::vector<std::unique_ptr<Handler>> handlers_;  // the last is "other"
  std::vector<metrics::Registration> registrations_;
};

// The paths of the service's routes, for RequestMetrics.
[[nodiscard]] std::vector<std::string> known_paths();

}  // namespace metricstream::ingestion
