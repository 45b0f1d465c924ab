#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "common/gzip/compressor.hpp"
#include "common/http/client.hpp"
#include "common/influx/endpoint.hpp"
#include "common/influx/write_outcome.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::influx {

struct WriteClientOptions {
  std::chrono::milliseconds timeout = std::chrono::seconds{10};  // of a whole request
  int gzip_level = 1;                                            // 0: not compressed
};

// Writes line protocol to one retention policy or bucket over one connection, one request at a time, each sent once:
// whether and when again is WritePlan's to say. The sockets discard what was not yet sent when the process dies, so
// that no old value arrives after it. All calls on the executor's thread.
class WriteClient {
 public:
  // `url` is endpoint.url, parsed.
  WriteClient(boost::asio::any_io_executor executor, const http::Url& url, const Endpoint& endpoint,
              std::string_view policy, WriteClientOptions options);

  // What the next write() sends; the body is kept, so that a repetition costs nothing.
  void prepare(std::string_view lines);
  [[nodiscard]] std::size_t prepared_bytes() const { return request_.body.size(); }  // on the wire
  Task<WriteOutcome> write();

  // A write() under way ends as ambiguous.
  void close() { client_.close(); }

 private:
  http::Client client_;
  gzip::Compressor gzip_;
  bool compressed_;
  http::ClientRequest request_;
};

}  // namespace metricstream::influx
