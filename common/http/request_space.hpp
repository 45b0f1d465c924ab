// Private to common/http: the memory that a request needs, lent to connections by the thread that they live on.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/http/heap_trim.hpp"
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

  // For another connection; returns the bytes that were freed.
  std::size_t clear();
  // Bytes of it all.
  [[nodiscard]] std::size_t size() const;
};

// Gives freed memory of the whole process back to the system; takes about a millisecond for every 5 MB of it.
void trim_heap();

// Lends RequestSpaces and keeps some of those that come back, so that a busy server does not allocate. When a crowd of
// requests has gone, the memory of the others is given back to the system. One thread. Must outlive what it has lent.
class RequestSpacePool {
 public:
  static constexpr std::size_t kDefaultKept = 128;

  // At most `kept` spaces are kept while nobody uses them.
  explicit RequestSpacePool(std::size_t kept = kDefaultKept, std::function<void()> trim = trim_heap)
      : kept_(kept), trim_(std::move(trim)) {}
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
  std::function<void()> trim_;
  std::vector<std::unique_ptr<RequestSpace>> free_;
  std::size_t lent_ = 0;
  HeapTrim heap_;
};

}  // namespace metricstream::http
