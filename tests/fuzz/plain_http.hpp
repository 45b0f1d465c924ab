#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/http/head_parser.hpp"

// The framing of HTTP/1.1 (RFC 9112) read in the plainest way: all bytes are at hand, a line is what ends with CR LF,
// and nothing is kept from one line to the next. Written from the standard and from our policy, not from our code, to
// be compared with it.
namespace metricstream::fuzz {

struct PlainLimits {
  http::HeadLimits head;
  std::size_t body_bytes;
};

struct PlainRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> fields = {};  // without the blanks around values
  std::string body;
  bool is_10 = false;
  std::size_t end = 0;  // behind its last byte

  bool operator==(const PlainRequest&) const = default;
};

enum class Verdict {
  taken,
  refused,
  waits,   // not all of it is there; what is there may be wrong already
  either,  // well-formed, but more than a server has to put up with
};

// What stands at `at`, where a request may begin. `request` is whole where it is taken or may be.
[[nodiscard]] Verdict read_plainly(std::string_view input, std::size_t at, const PlainLimits& limits,
                                   PlainRequest& request);

}  // namespace metricstream::fuzz
