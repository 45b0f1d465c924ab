#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/codec/influx_json.hpp"
#include "common/http/client.hpp"
#include "common/influx/endpoint.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::influx {

// InfluxDB's query and management interfaces, one request at a time; failures are sentences for people: InfluxDB's own
// words, the address that does not answer. All calls on the executor's thread.
class ApiClient {
 public:
  // `url` is endpoint.url, parsed.
  ApiClient(boost::asio::any_io_executor executor, const http::Url& url, Endpoint endpoint);

  // InfluxQL that reads; times in ns. `policy` may be empty (the database's default, or named in the query).
  Task<Result<std::vector<InfluxSeries>>> select(std::string influxql, std::string policy = {});
  // InfluxQL that changes something (1.x).
  Task<Result<std::vector<InfluxSeries>>> execute(std::string statement);

  // 2.x management.
  Task<Result<std::string>> find_org_id();
  Task<Result<std::vector<InfluxBucket>>> list_buckets(std::string org_id);
  Task<Result<void>> create_bucket(std::string body);

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

 private:
  Task<Result<std::string>> exchange(http::ClientRequest request);
  [[nodiscard]] http::ClientRequest make_request(std::string method, std::string target) const;

  Endpoint endpoint_;
  std::string path_;  // in front of every target
  http::Client client_;
};

}  // namespace metricstream::influx
