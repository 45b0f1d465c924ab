#include "services/agent/admin_routes.hpp"

#include <string>
#include <utility>

#include "common/base/version.hpp"
#include "common/metrics/exposition.hpp"

namespace metricstream::agent {
namespace {

http::Response plain(unsigned status, std::string text) {
  http::Response response;
  response.status = status;
  response.content_type = http::kPlainText;
  response.body = std::move(text);
  return response;
}

http::Response health(bool is_ready) {
  http::Response response;
  response.status = is_ready ? 200 : 503;
  response.body = std::string(R"({"name":"metricstream-agent","message":")") +
                  (is_ready ? "measuring and sending" : "starting or stopping") + R"(","status":")" +
                  (is_ready ? "pass" : "fail") + R"(","checks":[],"version":")" + std::string(build_info().version) +
                  "\"}";
  return response;
}

http::Response exposition(const metrics::Registry& registry, std::string_view accept) {
  auto format = metrics::negotiate(accept, metrics::Format::text);
  if (format == metrics::Format::json) format = metrics::Format::text;
  http::Response response;
  response.content_type = metrics::content_type(format);
  response.body = registry.expose(format);
  return response;
}

}  // namespace

void add_admin_routes(http::Router& router, const metrics::Registry& registry, std::function<bool()> is_ready) {
  router.get("/-/healthy", [](const http::RequestHead&) { return plain(200, "healthy\n"); });
  router.get("/-/ready", [is_ready](const http::RequestHead&) {
    return is_ready() ? plain(200, "ready\n") : plain(503, "starting or stopping\n");
  });
  router.get("/health", [is_ready](const http::RequestHead&) { return health(is_ready()); });
  router.get("/metrics", [&registry](const http::RequestHead& head) {
    return exposition(registry, head.find("Accept").value_or(""));
  });
}

}  // namespace metricstream::agent
