#include "tests/fuzz/framing_reader.hpp"

#include <algorithm>

#include "common/http/header.hpp"
#include "tests/fuzz/require.hpp"

namespace metricstream::fuzz {
namespace {

using http::ChunkedDecoder;

bool has_element(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    std::string_view element = list.substr(0, list.find(','));
    list.remove_prefix(std::min(element.size() + 1, list.size()));
    element.remove_prefix(std::min(element.find_first_not_of(" \t"), element.size()));
    element.remove_suffix(element.size() - 1 - element.find_last_not_of(" \t"));
    if (http::same_name(element, wanted)) return true;
  }
  return false;
}

bool wants_close(const http::RequestHead& head) {
  bool closes = false;
  bool keeps = false;
  for (const http::Field& field : head.fields()) {
    if (!http::same_name(field.name, "Connection")) continue;
    closes = closes || has_element(field.value, "close");
    keeps = keeps || has_element(field.value, "keep-alive");
  }
  return closes || (head.version == 10 && !keeps);
}

}  // namespace

bool FramingReader::feed(std::string_view input) {
  buffer_ += input;
  buffer_.shrink_to_fit();  // so that a read past the end is seen
  while (reading_.refusal == 0 && (header_.empty() ? read_head() : read_body())) {
  }
  return reading_.refusal == 0;
}

bool FramingReader::read_head() {
  if (may_skip_line_ && buffer_.starts_with("\r\n")) {
    take(2);
    may_skip_line_ = false;
    searched_ = 0;
  }
  const auto length = http::find_head(buffer_, limits_.head, searched_);
  if (!length) return refuse(length.error());
  if (*length == 0) return false;
  header_ = buffer_.substr(0, *length);
  take(*length);
  const auto parsed = http::parse_head(header_, limits_.head, head_);
  if (!parsed) return refuse(parsed.error());
  begin_answer();
  if (head_.body.content_length > limits_.body_bytes) return refuse(http::body_too_large(limits_.body_bytes));
  return true;
}

// What needs no body is answered here: GET and what is refused by its path, when the body is skipped where it is there
// already, and what the server is too busy for, when the body is read and let go.
void FramingReader::begin_answer() {
  using enum FramingAnswer::After;
  const http::BodyFraming& body = head_.body;
  FramingAnswer answer{.is_head = head_.method == "HEAD", .after = wants_close(head_) ? closed : next};
  is_answered_ = head_.method != "POST" || head_.path != "/echo";
  if (!is_answered_) {
    answer_ = answer;
    return;
  }
  const bool is_get = head_.method == "GET" || head_.method == "HEAD";
  const bool is_hello = is_get && head_.path == "/hello";
  const bool is_busy = head_.method == "POST" && head_.path == "/busy";
  if (is_hello) answer.body = "hello";
  answer.status = is_hello ? 200 : (is_busy ? 503 : 404);
  const bool is_read_on = is_busy && !head_.find("Expect");
  if ((body.is_chunked && !is_read_on) || body.content_length > limits_.body_bytes) answer.after = closed;
  if (body.has_body() && answer.after == next && !is_read_on) answer.after = either;
  push(answer);
}

void FramingReader::push(const FramingAnswer& answer) {
  if (is_closed_) return;
  reading_.answers.push_back(answer);
  is_closed_ = answer.after == FramingAnswer::After::closed;
}

bool FramingReader::read_body() {
  if (head_.body.is_chunked) return read_chunks();
  if (buffer_.size() < head_.body.content_length) return false;
  body_ = buffer_.substr(0, head_.body.content_length);
  take(body_.size());
  finish_request();
  return true;
}

bool FramingReader::read_chunks() {
  std::size_t used = 0;
  const auto status = decoder_.feed(buffer_, body_, limits_.body_bytes, used);
  require(used <= buffer_.size() && body_.size() <= limits_.body_bytes);
  take(used);
  switch (status) {
    case ChunkedDecoder::Status::need_more:
      require(buffer_.empty());
      return false;
    case ChunkedDecoder::Status::too_large:
      return refuse(http::body_too_large(limits_.body_bytes));
    case ChunkedDecoder::Status::malformed:
      return refuse(http::problem(http::kMalformedChunk, ""));
    case ChunkedDecoder::Status::done:
      break;
  }
  finish_request();
  return true;
}

void FramingReader::finish_request() {
  PlainRequest request{.method = std::string(head_.method),
                       .target = std::string(head_.target),
                       .body = body_,
                       .is_10 = head_.version == 10,
                       .end = taken_};
  for (const http::Field& field : head_.fields()) request.fields.emplace_back(field.name, field.value);
  if (!is_answered_) {
    answer_.body = body_;
    push(answer_);
  }
  reading_.requests.push_back(std::move(request));
  is_answered_ = false;
  header_.clear();
  body_.clear();
  decoder_ = {};
  searched_ = 0;
  may_skip_line_ = true;
}

void FramingReader::take(std::size_t count) {
  buffer_.erase(0, count);
  taken_ += count;
}

bool FramingReader::refuse(const http::Response& response) {
  require(response.status >= 400 && response.status < 600);
  reading_.refusal = response.status;
  // Who was answered by the header alone is not told about the body.
  if (!is_answered_) push({.status = response.status, .after = FramingAnswer::After::closed});
  return false;
}

}  // namespace metricstream::fuzz
