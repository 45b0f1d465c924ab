#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace metricstream::influx {

// What an answer to a write means for its lines.
enum class WriteKind : std::uint8_t {
  acknowledged,   // 204, and nothing else: applied and durable
  ambiguous,      // may be applied now, later or never: the same payload again, and quarantine
  throttled,      // 429, 503: as ambiguous, but not before Retry-After
  misconfigured,  // 401, 403, 404 and whatever no InfluxDB says to a good request: again for ever, with an alarm
  too_large,      // 413: in halves
  refused_part,   // 400, 422: some line was refused and nothing is known about the others: bisect
};

[[nodiscard]] std::string_view to_string(WriteKind kind);

struct WriteOutcome {
  WriteKind kind = WriteKind::ambiguous;
  int status = 0;                                     // 0: there was no complete answer
  std::optional<std::chrono::seconds> retry_after{};  // at most kMaxRetryAfter
  std::string message{};                              // InfluxDB's own words or the network's, printable, for people
};

// A server that asks for more is asked again anyway.
constexpr std::chrono::seconds kMaxRetryAfter{600};

// An answer as far as the decision needs it.
struct WriteAnswer {
  int status = 0;
  std::string_view content_type{};
  std::string_view retry_after{};   // the header's text, empty where absent; an HTTP date counts as absent
  std::string_view location{};      // of a redirect
  std::string_view error_header{};  // X-Influxdb-Error
  std::string_view body{};          // only its beginning is used
};

// Pure, and total: every status has a meaning. Source of the table: the write handlers of InfluxDB 1.6, 1.8 and 2.7.
[[nodiscard]] WriteOutcome classify_answer(const WriteAnswer& answer);

// Timeout, reset, refused connection, truncated or unreadable answer: all ambiguous. Also a refused connection, since
// a proxy may refuse while the store still works on what came before.
[[nodiscard]] WriteOutcome classify_failure(std::string_view what);

}  // namespace metricstream::influx
