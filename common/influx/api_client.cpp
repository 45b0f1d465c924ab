#include "common/influx/api_client.hpp"

#include <chrono>
#include <utility>

namespace metricstream::influx {
namespace {

constexpr int kBucketPage = 100;

http::ClientOptions client_options(const http::Url& url) {
  http::ClientOptions options;
  options.url = url;
  options.request_timeout = std::chrono::seconds{30};
  options.response_body_limit = 64U << 20;
  return options;
}

Result<std::vector<InfluxSeries>> series_in(const Result<std::string>& body) {
  if (!body) return std::unexpected{body.error()};
  return parse_influx_query(*body);
}

}  // namespace

ApiClient::ApiClient(boost::asio::any_io_executor executor, const http::Url& url, Endpoint endpoint)
    : endpoint_(std::move(endpoint)), path_(url.path), client_(std::move(executor), client_options(url)) {}

http::ClientRequest ApiClient::make_request(std::string method, std::string target) const {
  http::ClientRequest request;
  request.method = std::move(method);
  request.target = path_ + target;
  request.headers.push_back({"Accept", "application/json"});
  if (auto value = authorization(endpoint_); !value.empty()) {
    request.headers.push_back({"Authorization", std::move(value)});
  }
  return request;
}

Task<Result<std::string>> ApiClient::exchange(http::ClientRequest request) {
  const auto answer = co_await client_.send(request);
  if (!answer.has_value()) co_return fail("InfluxDB at " + answer.error().message);
  // An error beside results is 1.x' way to refuse a statement; its reader finds it in a body of status 200 too.
  if (answer->status >= 300) {
    std::string message = "InfluxDB at " + endpoint_.url + " answers " + std::to_string(answer->status);
    if (!answer->body.empty()) message += ": " + influx_error_text(answer->body);
    if (answer->status == 401) message += " (check user and password, or the token)";
    co_return fail(std::move(message));
  }
  co_return answer->body;
}

Task<Result<std::vector<InfluxSeries>>> ApiClient::select(std::string influxql, std::string policy) {
  auto request = make_request("GET", query_target(endpoint_, policy, influxql));
  const auto body = co_await exchange(std::move(request));
  co_return series_in(body);
}

Task<Result<std::vector<InfluxSeries>>> ApiClient::execute(std::string statement) {
  auto request = make_request("POST", "/query");
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.body = "q=" + percent_encoded(statement);
  const auto body = co_await exchange(std::move(request));
  co_return series_in(body);
}

Task<Result<std::string>> ApiClient::find_org_id() {
  auto request = make_request("GET", "/api/v2/orgs?org=" + percent_encoded(endpoint_.org));
  const auto body = co_await exchange(std::move(request));
  if (!body) co_return std::unexpected(body.error());
  co_return parse_influx_org_id(*body);
}

Task<Result<std::vector<InfluxBucket>>> ApiClient::list_buckets(std::string org_id) {
  std::vector<InfluxBucket> all;
  while (true) {
    auto request = make_request("GET", "/api/v2/buckets?orgID=" + percent_encoded(org_id) + "&limit=" +
                                           std::to_string(kBucketPage) + "&offset=" + std::to_string(all.size()));
    const auto body = co_await exchange(std::move(request));
    if (!body) co_return std::unexpected(body.error());
    auto page = parse_influx_buckets(*body);
    if (!page) co_return std::unexpected(page.error());
    const bool is_last = page->size() < static_cast<std::size_t>(kBucketPage);
    for (InfluxBucket& bucket : *page) all.push_back(std::move(bucket));
    if (is_last) co_return all;
  }
}

Task<Result<void>> ApiClient::create_bucket(std::string body) {
  auto request = make_request("POST", "/api/v2/buckets");
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(body);
  const auto answer = co_await exchange(std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  co_return Result<void>{};
}

}  // namespace metricstream::influx
