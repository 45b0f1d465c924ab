// Private to common/http: the memory that a request needs, lent to connections by the thread that they live on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/http/read_buffer.hpp"
#include "common/http/request.hpp"

namespace metricstream::http {

// Of one request that is being read or answered. Not for an idle connection: a fleet's connections are idle nearly all
// the time, and with this each would hold 35 KB.
struct RequestSpace {
  ReadBuffer input;
  RequestHead head;  // views of input
  std::string body;  // where a body is put together that is chunked or larger than the buffer
  std::string output;
  std::string made_request_id;
  std::string client_address;

  // For another connection.
  void clear();
};

// Lends RequestSpaces and keeps some of those that come back, so that a busy server does not allocate. Pure; one
// thread. Must outlive what it has lent.
class RequestSpacePool {
 public:
  static constexpr std::size_t kDefaultKept = 128;

  // At most `kept` spaces are kept while nobody uses them.
  explicit RequestSpacePool(std::size_t kept = kDefaultKept) : kept_(kept) {}
  RequestSpacePool(const RequestSpacePool&) = delete;
  RequestSpacePool& operator=(const RequestSpacePool&) = delete;

  struct Return {
    RequestSpacePool* pool = nullptr;
    void operator()(RequestSpace* space) const { pool->take_back(std::unique_ptr<RequestSpace>(space)); }
  };
  using Lease = std::unique_ptr<RequestSpace, Return>;  // empty: nothing is lent

  [[nodiscard]] Lease lend();
  [[nodiscard]] std::size_t free_count() const { return free_.size(); }

 private:
  void take_back(std::unique_ptr<RequestSpace> space);

  std::size_t kept_;
  std::vector<std::unique_ptr<RequestSpace>> free_;
};

}  // namespace metricstream::http
