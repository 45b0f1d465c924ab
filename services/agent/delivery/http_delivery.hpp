#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/http/client.hpp"
#include "common/runtime/task.hpp"
#include "services/agent/delivery/answer.hpp"
#include "services/agent/delivery/sender.hpp"
#include "services/agent/settings.hpp"

namespace metricstream::agent {

// Where a POST goes for a configured endpoint: PATH/api/v1/metrics, or the path itself when it ends in /metrics.
[[nodiscard]] std::string post_target(const http::Url& url);

// Carries batches to the configured endpoints over one kept connection each. All calls on the executor's thread.
class HttpDelivery {
 public:
  [[nodiscard]] static Result<HttpDelivery> create(boost::asio::any_io_executor executor,
                                                   const AgentSettings& settings);

  [[nodiscard]] std::size_t endpoints() const { return lanes_.size(); }
  [[nodiscard]] static std::string_view name_of(std::size_t endpoint) { return endpoint == 0 ? "primary" : "backup"; }

  // One attempt; `batch` must live until the answer. Waits at most the configured time-outs.
  Task<Answer> deliver(std::size_t endpoint, const OutgoingBatch& batch);

  // An attempt under way ends without an answer.
  void close();

 private:
  struct Lane {
    http::Client client;
    http::ClientRequest request;
    std::string batch_key;  // of the body in `request`
  };
  explicit HttpDelivery(std::vector<Lane> lanes) : lanes_(std::move(lanes)) {}

  std::vector<Lane> lanes_;
};

}  // namespace metricstream::agent
