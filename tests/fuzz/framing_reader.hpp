#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/http/chunked.hpp"
#include "common/http/head_parser.hpp"
#include "tests/fuzz/plain_http.hpp"

namespace metricstream::fuzz {

// What a server says to one request.
struct FramingAnswer {
  unsigned status = 200;                                          // 404: or 405
  std::string body = {};                                          // of a 200
  bool is_head = false;                                           // the body is left out
  enum class After { next, closed, either } after = After::next;  // `either`: it depends on how the bytes are cut

  bool operator==(const FramingAnswer&) const = default;
};

struct FramingReading {
  std::vector<PlainRequest> requests;
  unsigned refusal = 0;  // 0: none
  std::vector<FramingAnswer> answers;

  bool operator==(const FramingReading&) const = default;
};

// A connection's input taken apart by the pure parts of common/http, driven as Session drives them.
class FramingReader {
 public:
  explicit FramingReader(const PlainLimits& limits) : limits_(limits) {}

  // Takes what it can. False when nothing more is to be read.
  bool feed(std::string_view input);
  [[nodiscard]] const FramingReading& reading() const { return reading_; }

 private:
  bool read_head();
  bool read_body();
  bool read_chunks();
  void begin_answer();
  void push(const FramingAnswer& answer);
  void finish_request();
  void take(std::size_t count);
  bool refuse(const http::Response& response);

  PlainLimits limits_;
  FramingReading reading_;
  std::string buffer_;
  std::string header_;  // of the request whose body is being read
  http::RequestHead head_;
  http::ChunkedDecoder decoder_;
  std::string body_;
  FramingAnswer answer_;      // to be given when the body is there
  bool is_answered_ = false;  // by its header alone
  std::size_t searched_ = 0;
  std::size_t taken_ = 0;
  bool may_skip_line_ = true;
  bool is_closed_ = false;  // behind an answer
};

}  // namespace metricstream::fuzz
