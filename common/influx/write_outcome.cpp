#include "common/influx/write_outcome.hpp"

#include <algorithm>
#include <charconv>

#include "common/base/text.hpp"

namespace metricstream::influx {
namespace {

constexpr std::size_t kMessageBytes = 300;

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (end != text.data() + text.size() || seconds < 0) return std::nullopt;
  if (error == std::errc::result_out_of_range) return kMaxRetryAfter;
  if (error != std::errc{}) return std::nullopt;
  return std::min(kMaxRetryAfter, std::chrono::seconds{seconds});
}

// A 400 that some other program gave: a proxy's page, or the TLS listener that was spoken to in plain HTTP. Bisecting
// on it would carry every line to the dead letters.
bool is_foreign_refusal(const WriteAnswer& answer) {
  return answer.content_type.starts_with("text/html") ||
         answer.body.find("HTTP request to an HTTPS server") != std::string_view::npos;
}

// InfluxDB 1.x answers a write to a policy that does not exist with 500: an operator has to act, waiting does not help.
bool is_missing_policy(const WriteAnswer& answer) {
  return answer.status == 500 && answer.body.find("retention policy not found") != std::string_view::npos;
}

WriteKind kind_of(const WriteAnswer& answer) {
  const int status = answer.status;
  if (status == 204) return WriteKind::acknowledged;
  if (status == 429 || status == 503) return WriteKind::throttled;
  if (status == 408 || status == 499) return WriteKind::ambiguous;
  if (status == 413) return WriteKind::too_large;
  if (status == 400 || status == 422) {
    return is_foreign_refusal(answer) ? WriteKind::misconfigured : WriteKind::refused_part;
  }
  if ((status >= 300 && status < 500) || is_missing_policy(answer)) return WriteKind::misconfigured;
  return WriteKind::ambiguous;
}

std::string message_of(const WriteAnswer& answer) {
  std::string message = "HTTP " + std::to_string(answer.status);
  if (answer.status >= 300 && answer.status < 400 && !answer.location.empty()) {
    return message + ": redirected to " + printable(answer.location) + "; configure that address instead";
  }
  std::string_view words = answer.error_header.empty() ? answer.body : answer.error_header;
  while (!words.empty() && (words.back() == '\n' || words.back() == '\r')) words.remove_suffix(1);
  if (!words.empty()) message += ": " + printable(words, kMessageBytes);
  return message;
}

}  // namespace

std::string_view to_string(WriteKind kind) {
  switch (kind) {
    case WriteKind::acknowledged:
      return "acknowledged";
    case WriteKind::ambiguous:
      return "ambiguous";
    case WriteKind::throttled:
      return "throttled";
    case WriteKind::misconfigured:
      return "misconfigured";
    case WriteKind::too_large:
      return "too_large";
    case WriteKind::refused_part:
      return "refused_part";
  }
  return "unknown";
}

WriteOutcome classify_answer(const WriteAnswer& answer) {
  return {.kind = kind_of(answer),
          .status = answer.status,
          .retry_after = parse_retry_after(answer.retry_after),
          .message = message_of(answer)};
}

WriteOutcome classify_failure(std::string_view what) {
  return {.kind = WriteKind::ambiguous, .status = 0, .retry_after = std::nullopt, .message = std::string{what}};
}

}  // namespace metricstream::influx
