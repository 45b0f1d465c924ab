#include "services/ingestion/request_metrics.hpp"

#include <algorithm>
#include <utility>

#include "common/http/problem_type.hpp"

namespace metricstream::ingestion {
namespace {

constexpr std::array<std::string_view, 4> kMethodNames{"GET", "HEAD", "POST", "other"};

// Why a request's end is not known, or its header not taken.
constexpr std::array kFramingErrors{&http::kMalformedHeader,
                                    &http::kHeaderTooLarge,
                                    &http::kTargetTooLong,
                                    &http::kBadTarget,
                                    &http::kBadHost,
                                    &http::kBadContentLength,
                                    &http::kAmbiguousLength,
                                    &http::kLengthRequired,
                                    &http::kUnknownTransferEncoding,
                                    &http::kMalformedChunk,
                                    &http::kUnknownExpectation,
                                    &http::kHttpVersion,
                                    &http::kHttp11Required};

std::size_t method_index(std::string_view method) {
  std::size_t index = 0;
  while (index + 1 < kMethodNames.size() && kMethodNames[index] != method) ++index;
  return index;
}

using Values = std::vector<metrics::LabelledValue>;

metrics::Collect one(const auto& value) {
  return [&value] { return Values{{{}, static_cast<double>(value.load())}}; };
}

metrics::Collect two(const char* label, const char* first_name, const auto& first, const char* second_name,
                     const auto& second) {
  return [=, &first, &second] {
    return Values{{{{label, first_name}}, static_cast<double>(first.load())},
                  {{{label, second_name}}, static_cast<double>(second.load())}};
  };
}

}  // namespace

RequestMetrics::RequestMetrics(metrics::Registry& registry, AccessLog& log, RefusalLog& refusals,
                               std::vector<std::string> paths)
    : registry_(registry),
      log_(log),
      refusals_(refusals),
      delay_(registry.histogram("metricstream_http_thread_delay_seconds",
                                "How long what is ready waits for its thread, while requests come.",
                                metrics::duration_bounds(), {})) {
  for (const http::ProblemType* type : kFramingErrors) {
    framing_errors_.push_back({type, &registry.counter("metricstream_http_framing_errors_total",
                                                       "Requests that are no well-formed HTTP, or whose header is "
                                                       "past a limit, by the problem that was answered.",
                                                       {{"reason", std::string(type->id)}})});
  }
  paths.emplace_back("other");
  for (const std::string& path : paths) {
    auto handler = std::make_unique<Handler>();
    handler->path = path;
    handler->duration = &registry.histogram("metricstream_http_request_duration_seconds",
                                            "From the end of a request's header to its answer.",
                                            metrics::duration_bounds(), {{"handler", path}});
    handler->size = &registry.histogram("metricstream_http_request_size_bytes", "Bodies of requests that were read.",
                                        metrics::size_bounds(), {{"handler", path}});
    handlers_.push_back(std::move(handler));
  }
}

RequestMetrics::Handler& RequestMetrics::handler_of(std::string_view path) {
  for (const auto& handler : handlers_) {
    const bool is_match = handler->path.ends_with('/') ? path.starts_with(handler->path) : handler->path == path;
    if (is_match) return *handler;
  }
  return *handlers_.back();
}

void RequestMetrics::on_request(const http::RequestHead& head, const http::Response& response, std::size_t body_bytes,
                                std::chrono::nanoseconds duration) {
  const unsigned status = response.status;
  Handler& handler = handler_of(head.path);
  const std::size_t method = method_index(head.method);
  auto& slot = handler.requests[method][status < kStatuses ? status : 0];
  metrics::Counter* counter = slot.load(std::memory_order_acquire);
  if (!counter) {
    counter = &registry_.counter(
        "metricstream_http_requests_total", "Answered requests.",
        {{"handler", handler.path}, {"method", std::string(kMethodNames[method])}, {"code", std::to_string(status)}});
    slot.store(counter, std::memory_order_release);
  }
  counter->add();
  handler.duration->observe(std::chrono::duration<double>(duration).count());
  if (body_bytes > 0) handler.size->observe(static_cast<double>(body_bytes));
  log_.on_request(head, response, body_bytes, duration);
  if (response.type) on_problem(head, response);
}

void RequestMetrics::on_problem(const http::RequestHead& head, const http::Response& response) {
  const http::ProblemType* const type = response.type;
  const auto framing = std::ranges::find(framing_errors_, type, &FramingError::type);
  if (framing != framing_errors_.end()) framing->count->add();
  if (!type->is_limit) return;
  const std::string_view who = response.client.empty() ? head.remote_address : std::string_view(response.client);
  refusals_.refused(type->id, who, [&] { return response.detail; }, head.request_id);
}

void RequestMetrics::on_connection_refused(const http::ProblemType& why, std::string_view address, std::size_t most) {
  const bool is_of_address = &why == &http::kTooManyOfAddress;
  const auto detail = [&] {
    const std::string limit = std::to_string(most);
    return limit + " connections of " + limit + " are open" + (is_of_address ? " of this address" : "") +
           ", one more came from " + std::string(address);
  };
  // That the server is full is nobody's fault, and one line.
  refusals_.refused(why.id, is_of_address ? address : std::string_view{}, detail, "");
}

void RequestMetrics::on_tls_refused(http::TlsRefusal what, std::string_view address, std::string_view why) {
  const bool is_handshake = what == http::TlsRefusal::handshake;
  refusals_.refused(
      is_handshake ? "tls-handshake" : "client-certificate", address, [&] { return std::string(why); }, "");
}

void RequestMetrics::on_delay(std::chrono::nanoseconds delay) {
  delay_.observe(std::chrono::duration<double>(delay).count());
}

void RequestMetrics::watch(metrics::Registry& registry, const http::Server& server) {
  const http::ServerStatistics& of = server.statistics();
  registrations_.push_back(registry.collect_gauge("metricstream_http_requests_in_flight", "Requests being handled.",
                                                  one(of.requests_in_flight)));
  registrations_.push_back(
      registry.collect_gauge("metricstream_http_connections_open", "Open connections.", one(of.connections_open)));
  registrations_.push_back(registry.collect_counter("metricstream_http_connections_total", "Accepted connections.",
                                                    one(of.connections_accepted)));
  registrations_.push_back(registry.collect_counter(
      "metricstream_http_connections_refused_total", "Connections past the limit of all, or of their address.",
      two("limit", "connections", of.connections_refused, "per_address", of.connections_refused_by_address)));
  registrations_.push_back(registry.collect_counter(
      "metricstream_http_timeouts_total", "Headers, bodies and answers that took too long.", one(of.timeouts)));
  registrations_.push_back(
      registry.collect_counter("metricstream_tls_handshakes_total", "TLS handshakes, by how they ended.",
                               two("result", "success", of.tls_handshakes, "failure", of.tls_handshakes_failed)));
}

std::vector<std::string> known_paths() {
  return {"/metrics",     "/api/v1/metrics", "/health", "/-/healthy", "/-/ready",
          "/healthz",     "/livez",          "/readyz", "/problems",  std::string(http::kProblemPath),
          "/openapi.yaml"};
}

}  // namespace metricstream::ingestion
