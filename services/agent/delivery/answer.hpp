#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace metricstream::agent {

// What came of sending a batch to an endpoint.
struct Answer {
  unsigned status = 0;        // 0: there was no HTTP answer
  bool maybe_stored = false;  // without an answer: whether the request may have reached the server
  std::optional<std::chrono::seconds> retry_after = std::nullopt;
  std::string detail = {};  // the server's words or the network's, for people

  // What the server says of the samples; absent in the answers of other servers.
  std::optional<std::uint64_t> rejected = std::nullopt;
};

// What follows for the batch.
enum class Verdict : std::uint8_t {
  acknowledged,  // 2xx: the server has it
  retry,         // no answer, 408, 5xx, a redirect or anything else no good server says: the same bytes again
  slow_down,     // 429: the same, and other endpoints are not to be bothered meanwhile
  unauthorized,  // 401: the same, with an alarm: the operator has to correct the key, the data is good
  refused,       // any other 4xx: it would be refused again, so it is dropped and counted
};
[[nodiscard]] Verdict judge(const Answer& answer);

// True where the batch may be in the log although nobody said so.
[[nodiscard]] bool is_ambiguous(const Answer& answer);

// Whole seconds; none for an HTTP date or anything else.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view header);

// The non-negative integer that the outermost object of `json` holds under `member`; none where there is no such
// member. Reads well-formed JSON; of anything else it may find nothing, never more.
[[nodiscard]] std::optional<std::uint64_t> top_level_integer(std::string_view json, std::string_view member);

}  // namespace metricstream::agent
