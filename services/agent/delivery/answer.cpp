#include "services/agent/delivery/answer.hpp"

#include <charconv>

namespace metricstream::agent {
namespace {

template <class Number>
std::optional<Number> leading_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

// The position behind the string that begins at `start` (a quote).
std::size_t end_of_string(std::string_view json, std::size_t start) {
  for (std::size_t i = start + 1; i < json.size(); ++i) {
    if (json[i] == '\\') {
      ++i;
    } else if (json[i] == '"') {
      return i + 1;
    }
  }
  return json.size();
}

std::size_t skip_blanks(std::string_view json, std::size_t at) {
  const auto next = json.find_first_not_of(" \t\r\n", at);
  return next == std::string_view::npos ? json.size() : next;
}

}  // namespace

Verdict judge(const Answer& answer) {
  if (answer.status >= 200 && answer.status < 300) return Verdict::acknowledged;
  if (answer.status == 401) return Verdict::unauthorized;
  if (answer.status == 429) return Verdict::slow_down;
  if (answer.status == 408 || answer.status < 400 || answer.status >= 500) return Verdict::retry;
  return Verdict::refused;
}

bool is_ambiguous(const Answer& answer) {
  // The ingest service says 503 also for a record whose acknowledgement did not come in time.
  return answer.status == 0 ? answer.maybe_stored : answer.status >= 500;
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view header) {
  if (header.empty() || header.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  // A number too large to read is a long time, not none.
  return std::chrono::seconds{leading_number<std::int32_t>(header).value_or(INT32_MAX)};
}

std::optional<std::uint64_t> top_level_integer(std::string_view json, std::string_view member) {
  int depth = 0;
  for (std::size_t i = 0; i < json.size();) {
    const char c = json[i];
    if (c == '"') {
      const auto end = end_of_string(json, i);
      const auto text = json.substr(i + 1, end > i + 1 ? end - i - 2 : 0);
      const auto behind = skip_blanks(json, end);
      if (depth == 1 && text == member && behind < json.size() && json[behind] == ':') {
        return leading_number<std::uint64_t>(json.substr(skip_blanks(json, behind + 1)));
      }
      i = end;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++i;
  }
  return std::nullopt;
}

}  // namespace metricstream::agent
