#include "common/influx/write_client.hpp"

#include <algorithm>

namespace metricstream::influx {
namespace {

http::ClientOptions client_options(const http::Url& url, const WriteClientOptions& options) {
  http::ClientOptions result;
  result.url = url;
  result.connect_timeout = std::min(result.connect_timeout, options.timeout);
  result.request_timeout = options.timeout;
  result.discard_unsent_on_close = true;
  result.tcp_user_timeout = std::chrono::seconds{10};
  result.response_body_limit = 256 * 1024;
  return result;
}

WriteOutcome classify(const http::ClientResponse& response) {
  const auto header = [&](std::string_view name) {
    return http::find_header(response.headers, name).value_or(std::string_view{});
  };
  return classify_answer({.status = static_cast<int>(response.status),
                          .content_type = header("Content-Type"),
                          .retry_after = header("Retry-After"),
                          .location = header("Location"),
                          .error_header = header("X-Influxdb-Error"),
                          .body = response.body});
}

}  // namespace

WriteClient::WriteClient(boost::asio::any_io_executor executor, const http::Url& url, const Endpoint& endpoint,
                         std::string_view policy, WriteClientOptions options)
    : client_(std::move(executor), client_options(url, options)),
      gzip_(std::max(1, options.gzip_level)),
      compressed_(options.gzip_level > 0) {
  request_.method = "POST";
  request_.target = url.path + write_target(endpoint, policy);
  request_.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  if (compressed_) request_.headers.push_back({"Content-Encoding", "gzip"});
  if (auto value = authorization(endpoint); !value.empty()) {
    request_.headers.push_back({"Authorization", std::move(value)});
  }
}

void WriteClient::prepare(std::string_view lines) {
  if (compressed_) {
    gzip_.compress(lines, request_.body);
  } else {
    request_.body = lines;
  }
}

Task<WriteOutcome> WriteClient::write() {
  const auto answer = co_await client_.send(request_);
  if (answer.has_value()) co_return classify(*answer);
  co_return classify_failure(std::string{http::to_string(answer.error().kind)} + ": " + answer.error().message);
}

}  // namespace metricstream::influx
