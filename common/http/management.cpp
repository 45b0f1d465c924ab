#include "common/http/management.hpp"

#include <memory>
#include <utility>

#include "common/base/text.hpp"
#include "common/base/version.hpp"
#include "common/gzip/compressor.hpp"

namespace metricstream::http {
namespace {

Response plain(unsigned status, std::string text) {
  Response out;
  out.status = status;
  out.content_type = kPlainText;
  out.body = std::move(text);
  return out;
}

// The shape that InfluxDB's /health has, since its clients ask for it.
Response health(const Management& management) {
  Response out;
  out.body = R"({"name":")";
  append_json_escaped(out.body, management.service);
  out.body += R"(","message":"alive","status":"pass","checks":[],"version":")";
  append_json_escaped(out.body, build_info().version);
  out.body += "\"}\n";
  return out;
}

Response ready(const Management& management) {
  const std::optional<std::string> reason = management.not_ready();
  if (reason) return plain(503, "not ready: " + printable(*reason, 500) + "\n");
  return plain(200, "ready\n");
}

std::string exposition(const Management& management, metrics::Format format) {
  if (format == metrics::Format::json) return management.json_counters();
  return management.registry.expose(format, management.audience);
}

std::string exposition(const Management& management, metrics::Format format, bool is_gzip) {
  std::string plain_body = exposition(management, format);
  if (!is_gzip) return plain_body;
  std::string out;
  // Made for each scrape: there are few, and its tables are large.
  gzip::Compressor().compress(plain_body, out);
  return out;
}

Response metrics_page(const Management& management, const RequestHead& head) {
  const metrics::Format fallback = management.json_counters ? metrics::Format::json : metrics::Format::text;
  metrics::Format format = metrics::negotiate(head.find("Accept").value_or(""), fallback);
  if (format == metrics::Format::json && !management.json_counters) format = metrics::Format::text;
  const bool is_gzip = metrics::accepts_gzip(head.find("Accept-Encoding").value_or(""));
  const auto make = [&] { return exposition(management, format, is_gzip); };
  const bool is_cheap = format == metrics::Format::json && !is_gzip;
  Response out;
  out.content_type = metrics::content_type(format);
  out.body = management.kept_pages && !is_cheap ? management.kept_pages->get(format, is_gzip, make) : make();
  out.headers = "Vary: Accept, Accept-Encoding\r\n";
  if (is_gzip) out.headers += "Content-Encoding: gzip\r\n";
  return out;
}

}  // namespace

void add_management_routes(Router& router, Management management) {
  const auto shared = std::make_shared<const Management>(std::move(management));
  const auto healthy = [](const RequestHead&) { return plain(200, "healthy\n"); };
  const auto readiness = [shared](const RequestHead&) { return ready(*shared); };
  for (const char* path : {"/-/healthy", "/healthz", "/livez"}) router.get(path, healthy);
  for (const char* path : {"/-/ready", "/readyz"}) router.get(path, readiness);
  router.get("/health", [shared](const RequestHead&) { return health(*shared); });
  router.get("/metrics", [shared](const RequestHead& head) { return metrics_page(*shared, head); });
}

}  // namespace metricstream::http
