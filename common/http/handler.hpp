#pragma once

#include <optional>

#include "common/http/request.hpp"
#include "common/http/response.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::http {

// Answers the requests of a route, in two stages, so that a request that is refused is never read. Shared by all io
// threads: whatever it keeps is immutable, atomic or locked, and no lock is held over a suspension.
class Handler {
 public:
  virtual ~Handler() = default;

  // After the header, before the body. An answer here is final: the body is skipped where it is in the buffer already,
  // else the connection closes behind the answer.
  [[nodiscard]] virtual std::optional<Response> on_header(const RequestHead& head) = 0;

  // With the whole body. `request` lives until the task ends. Runs on the connection's thread.
  [[nodiscard]] virtual Task<Response> handle(const Request& request) = 0;
};

// A handler of bodiless requests that needs no suspension: health, readiness, metrics.
class ImmediateHandler : public Handler {
 public:
  [[nodiscard]] std::optional<Response> on_header(const RequestHead& head) final { return answer(head); }
  [[nodiscard]] Task<Response> handle(const Request& request) final;

 private:
  [[nodiscard]] virtual Response answer(const RequestHead& head) = 0;
};

}  // namespace metricstream::http
