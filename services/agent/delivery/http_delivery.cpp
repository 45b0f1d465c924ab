#include "services/agent/delivery/http_delivery.hpp"

#include <utility>

#include "common/base/version.hpp"

namespace metricstream::agent {
namespace {

constexpr std::string_view kKeyHeader = "Idempotency-Key";

http::ClientOptions client_options(const AgentSettings& settings, http::Url url) {
  http::ClientOptions options;
  options.url = std::move(url);
  options.connect_timeout = settings.connect_timeout;
  options.request_timeout = settings.request_timeout;
  options.ca_file = settings.ca_file;
  options.user_agent = "metricstream-agent/" + std::string(build_info().version);
  return options;
}

http::ClientRequest request_of(const AgentSettings& settings, const http::Url& url) {
  http::ClientRequest request;
  request.method = "POST";
  request.target = post_target(url);
  request.headers = {{"Content-Type", "application/json"}};
  if (!settings.api_key.empty()) {
    request.headers.push_back({"Authorization", "Bearer " + settings.api_key.reveal()});
  }
  if (!settings.client_id.empty()) request.headers.push_back({"X-Client-Id", settings.client_id});
  request.headers.push_back({std::string(kKeyHeader), ""});
  return request;
}

Answer answer_of(const http::ClientResponse& response) {
  Answer answer{.status = response.status, .detail = response.body};
  if (const auto header = http::find_header(response.headers, "Retry-After")) {
    answer.retry_after = parse_retry_after(*header);
  }
  answer.rejected = top_level_integer(response.body, "rejected");
  return answer;
}

}  // namespace

std::string post_target(const http::Url& url) {
  return url.path.ends_with("/metrics") ? url.path : url.path + "/api/v1/metrics";
}

Result<HttpDelivery> HttpDelivery::create(boost::asio::any_io_executor executor, const AgentSettings& settings) {
  std::vector<Lane> lanes;
  for (const auto& address : {settings.primary, settings.backup}) {
    if (address.empty()) continue;
    auto url = http::parse_url(address);
    if (!url) return std::unexpected(url.error());
    auto request = request_of(settings, *url);
    lanes.push_back({http::Client(executor, client_options(settings, std::move(*url))), std::move(request), ""});
  }
  return HttpDelivery(std::move(lanes));
}

Task<Answer> HttpDelivery::deliver(std::size_t endpoint, const OutgoingBatch& batch) {
  Lane& lane = lanes_[endpoint];
  if (lane.batch_key != batch.key) {
    lane.batch_key = batch.key;
    lane.request.headers.back().value = batch.key;
    lane.request.body = batch.body;
  }
  const auto response = co_await lane.client.send(lane.request);
  if (response) co_return answer_of(*response);
  Answer failure{.status = 0, .maybe_stored = response.error().maybe_sent, .detail = response.error().message};
  co_return failure;
}

void HttpDelivery::close() {
  for (Lane& lane : lanes_) lane.client.close();
}

}  // namespace metricstream::agent
