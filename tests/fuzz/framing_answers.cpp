#include "tests/fuzz/framing_answers.hpp"

#include <charconv>

#include "tests/fuzz/require.hpp"

namespace metricstream::fuzz {
namespace {

using After = FramingAnswer::After;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::size_t number_at(std::string_view text, std::size_t at) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  require(error == std::errc());
  return value;
}

struct Answer {
  unsigned status = 0;
  bool says_close = false;
  std::string_view body;
};

// Taken off the front of `wire`. A refusal of a HEAD request may have been read as one or not.
Answer take_answer(std::string_view& wire, bool is_head) {
  while (wire.starts_with(kContinue)) wire.remove_prefix(kContinue.size());
  require(wire.starts_with("HTTP/1.1 "));
  const auto end = wire.find("\r\n\r\n");
  require(end != std::string_view::npos);
  const std::string_view head = wire.substr(0, end + 2);
  wire.remove_prefix(end + 4);
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const auto length_at = head.find(kLength);
  require(length_at != std::string_view::npos);
  Answer answer{.status = static_cast<unsigned>(number_at(head, 9)),
                .says_close = head.find("\r\nConnection: close\r\n") != std::string_view::npos,
                .body = {}};
  const std::size_t length = number_at(head, length_at + kLength.size());
  const bool is_bodiless = is_head || (answer.says_close && answer.status >= 400 && wire.empty());
  if (!is_bodiless) {
    require(wire.size() >= length);
    answer.body = wire.substr(0, length);
    wire.remove_prefix(length);
  }
  return answer;
}

}  // namespace

void check_answers(std::string_view wire, const FramingReading& reading) {
  for (const FramingAnswer& expected : reading.answers) {
    const Answer answer = take_answer(wire, expected.is_head);
    require(answer.status == expected.status || (expected.status == 404 && answer.status == 405));
    require(expected.status != 200 || answer.body == (expected.is_head ? "" : expected.body));
    require(expected.after == After::either || answer.says_close == (expected.after == After::closed));
    if (answer.says_close) break;
  }
  while (wire.starts_with(kContinue)) wire.remove_prefix(kContinue.size());
  require(wire.empty());
}

}  // namespace metricstream::fuzz
