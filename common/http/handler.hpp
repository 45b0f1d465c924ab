#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>

#include "common/http/request.hpp"
#include "common/http/response.hpp"
#include "common/runtime/task.hpp"

namespace metricstream::http {

// What a server holds of a body before it asks Exchange::make_room().
constexpr std::size_t kFirstBodyRoom = std::size_t{64} * 1024;

// One request that is being answered, and whatever belongs to it alone: the client's identity, a share of a budget.
// Lives on the connection's thread, from Handler::begin() until the answer has been written, or until the connection
// has died during the body; being destroyed without answer() is ordinary.
class Exchange {
 public:
  Exchange() = default;
  virtual ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Before the body is given memory for `bytes` bytes, more than kFirstBodyRoom and more each time. An answer here ends
  // the request and its connection. While memory grows the old is there beside the new. An exception is answered 500.
  [[nodiscard]] virtual std::optional<Response> make_room(const RequestHead&, std::size_t /*bytes*/) {
    return std::nullopt;
  }

  // Names the client in an answer that the server gives in place of this exchange, for its observer: the body came too
  // slowly, is too large or not well-formed, or there was an exception. Must not throw.
  virtual void sign(Response&) const {}

  // With the whole body; called at most once. `request` lives until the task ends. An exception is answered 500.
  [[nodiscard]] virtual Task<Response> answer(const Request& request) = 0;
};

// Answers the requests of a route, in two stages, so that a request that is refused is never read. Shared by all io
// threads: whatever it keeps is immutable, atomic or locked, and no lock is held over a suspension.
class Handler {
 public:
  virtual ~Handler() = default;

  // After the header, before the body (and before the client is told to send it). An answer here is final: the body is
  // let go where it is in the buffer already or the status is 429 or 503, else the connection closes behind the answer.
  // `head` lives until the exchange ends. An exception is answered 500.
  [[nodiscard]] virtual std::expected<std::unique_ptr<Exchange>, Response> begin(const RequestHead& head) = 0;
};

// A handler of bodiless requests that needs no suspension: health, readiness, metrics.
class ImmediateHandler : public Handler {
 public:
  [[nodiscard]] std::expected<std::unique_ptr<Exchange>, Response> begin(const RequestHead& head) final {
    return std::unexpected(answer(head));
  }

 private:
  [[nodiscard]] virtual Response answer(const RequestHead& head) = 0;
};

}  // namespace metricstream::http
