#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "common/http/server.hpp"
#include "common/metrics/registry.hpp"
#include "services/ingestion/access_log.hpp"
#include "services/ingestion/refusal_log.hpp"

namespace metricstream::ingestion {

// metricstream_http_* of the public listener; passes every request on to the access log, and to the log of refusals
// what was refused for a limit of the request or the connection. (Rate limits and overload are told of where they are
// decided.) Thread-safe.
class RequestMetrics final : public http::RequestObserver {
 public:
  // `paths` are the values of the label `handler`; one that ends with a slash stands for all below it, and any other
  // path counts as "other". Registry and logs must outlive this.
  RequestMetrics(metrics::Registry& registry, AccessLog& log, RefusalLog& refusals, std::vector<std::string> paths);

  void on_request(const http::RequestHead& head, const http::Response& response, std::size_t body_bytes,
                  std::chrono::nanoseconds duration) override;
  void on_connection_refused(const http::ProblemType& why, std::string_view address, std::size_t most) override;
  void on_tls_refused(http::TlsRefusal what, std::string_view address, std::string_view why) override;
  void on_delay(std::chrono::nanoseconds delay) override;

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
  struct FramingError {
    const http::ProblemType* type;
    metrics::Counter* count;
  };
  Handler& handler_of(std::string_view path);
  void on_problem(const http::RequestHead& head, const http::Response& response);

  metrics::Registry& registry_;
  AccessLog& log_;
  RefusalLog& refusals_;
  std::vector<std::unique_ptr<Handler>> handlers_;  // the last is "other"
  std::vector<FramingError> framing_errors_;
  metrics::Histogram& delay_;
  std::vector<metrics::Registration> registrations_;
};

// The paths of the service's routes, for RequestMetrics.
[[nodiscard]] std::vector<std::string> known_paths();

}  // namespace metricstream::ingestion
