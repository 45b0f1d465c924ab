#include "common/http/framing.hpp"

#include <charconv>

#include "common/http/authority.hpp"
#include "common/http/header.hpp"

namespace metricstream::http {
namespace {

std::unexpected<Response> refuse(const ProblemType& type, std::string_view detail) {
  return std::unexpected(closing_problem(type, detail));
}

struct FramingFields {
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t encodings = 0;
  bool has_unknown_expectation = false;
  std::string_view host;
  std::string_view length;
  std::string_view encoding;
};

FramingFields collect(const RequestHead& head) {
  FramingFields found;
  for (const Field& field : head.fields()) {
    if (same_name(field.name, "Host")) {
      ++found.hosts;
      found.host = field.value;
    } else if (same_name(field.name, "Content-Length")) {
      ++found.lengths;
      found.length = field.value;
    } else if (same_name(field.name, "Transfer-Encoding")) {
      ++found.encodings;
      found.encoding = field.value;
    } else if (same_name(field.name, "Expect") && !same_name(field.value, "100-continue")) {
      found.has_unknown_expectation = true;
    }
  }
  return found;
}

// Digits only, no sign, no list; 2^63 is far beyond every limit.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.size() > 18 || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::expected<BodyFraming, Response> decide_10(const RequestHead& head, const FramingFields& found) {
  const bool is_bodiless = found.encodings == 0 && (found.lengths == 0 || (found.lengths == 1 && found.length == "0"));
  if ((head.method == "GET" || head.method == "HEAD") && is_bodiless) return BodyFraming{};
  auto refusal = refuse(kHttp11Required, "HTTP/1.0 is taken only for GET and HEAD without a body: use HTTP/1.1");
  refusal.error().headers = "Upgrade: HTTP/1.1\r\n";
  return refusal;
}

std::expected<BodyFraming, Response> decide_11(const RequestHead& head, const FramingFields& found) {
  if (found.has_unknown_expectation) {
    return refuse(kUnknownExpectation, "the only expectation that is known here is 100-continue");
  }
  if (found.encodings > 0) {
    if (found.lengths > 0) return refuse(kAmbiguousLength, "Content-Length and Transfer-Encoding exclude each other");
    if (found.encodings > 1) return refuse(kAmbiguousLength, "more than one Transfer-Encoding field");
    if (!same_name(found.encoding, "chunked")) {
      return refuse(kUnknownTransferEncoding, "the only Transfer-Encoding that is taken is exactly: chunked");
    }
    return BodyFraming{.is_chunked = true, .content_length = 0};
  }
  // Where another reader has found a length that we have not, the body would be taken for the next request.
  if (found.lengths == 0 && head.method == "POST") {
    return refuse(kLengthRequired, "a POST says how long its body is: Content-Length, or Transfer-Encoding: chunked");
  }
  if (found.lengths == 0) return BodyFraming{};
  if (found.lengths > 1) return refuse(kAmbiguousLength, "more than one Content-Length field");
  const auto length = parse_length(found.length);
  if (!length) {
    return refuse(kBadContentLength, "Content-Length is a decimal number of bytes, at most 18 digits and nothing else");
  }
  return BodyFraming{.is_chunked = false, .content_length = *length};
}

}  // namespace

std::expected<BodyFraming, Response> decide_framing(const RequestHead& head) {
  const FramingFields found = collect(head);
  if (found.hosts > 1) return refuse(kBadHost, "a request has one Host field, not several");
  if (found.hosts == 0 && head.version != 10) return refuse(kBadHost, "an HTTP/1.1 request has exactly one Host field");
  if (found.hosts == 1 && !is_authority(found.host)) {
    return refuse(kBadHost, "Host is a name or an address, and perhaps a port: host:port");
  }
  return head.version == 10 ? decide_10(head, found) : decide_11(head, found);
}

}  // namespace metricstream::http
