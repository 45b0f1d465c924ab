#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/http/problem_type.hpp"

namespace metricstream::http {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kProblemJson = "application/problem+json";
inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

struct Response {
  unsigned status = 200;
  std::string_view content_type = kJson;  // static storage
  std::string headers;                    // further complete lines, each "Name: value\r\n"
  std::string body;
  bool close = false;  // the connection ends behind this answer
  // Not sent, for the server's observer:
  const ProblemType* type = nullptr;  // of an error answer
  std::string detail;                 // of an error answer
  std::string client;                 // who asked, where the handler knows
  std::string key;                    // the id of the key, or the certificate's name, by which it is known
};

// An error answer (RFC 9457). `detail` says what was wrong and what would be right and never repeats what the client
// sent. `members` are further JSON members, each with its comma in front: `,"position":12`.
[[nodiscard]] Response problem(const ProblemType& type, std::string_view detail, std::string_view members = {});
// The same, and the connection ends behind it: what follows on it cannot be trusted, or is not worth reading.
[[nodiscard]] Response closing_problem(const ProblemType& type, std::string_view detail);

// problem() with Retry-After in whole seconds (rounded up, at least 1).
[[nodiscard]] Response retry_later(const ProblemType& type, std::string_view detail, std::chrono::milliseconds wait,
                                   std::string_view members = {});

// 413 for a body of more than `limit` bytes; `size`: how many, where that is known.
[[nodiscard]] Response body_too_large(std::size_t limit, std::optional<std::uint64_t> size = std::nullopt);

// "Not Found" for 404; "Unknown" for a number that this server never sends.
[[nodiscard]] std::string_view reason_phrase(unsigned status);

// What goes on the wire around a response. `head_only`: the answer to HEAD, Content-Length without a body.
struct ResponseFrame {
  std::string_view date;        // IMF-fixdate; empty: left out
  std::string_view request_id;  // echoed; empty: left out
  bool close = false;
  bool keep_alive_10 = false;  // an HTTP/1.0 client has to be told that the connection stays
  bool head_only = false;
};
void append_response(std::string& out, const Response& response, const ResponseFrame& frame);

}  // namespace metricstream::http
