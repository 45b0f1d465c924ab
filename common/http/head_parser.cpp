#include "common/http/head_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <string>

#include "common/http/authority.hpp"
#include "common/http/field_line.hpp"
#include "common/http/framing.hpp"
#include "common/http/header.hpp"

namespace metricstream::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using BeastError = beast::http::error;

std::unexpected<Response> refuse(const ProblemType& type, std::string_view detail) {
  return std::unexpected(closing_problem(type, detail));
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

// Beast's tokenizer without its containers: fields become views of the session's buffer, nothing is allocated. Its
// idea of the body is ignored; framing.hpp decides that.
class FieldCollector final : public beast::http::basic_parser<true> {
 public:
  FieldCollector(RequestHead& head, const HeadLimits& limits) : head_(head), limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.bytes + 4));
    body_limit(boost::none);
    skip(true);
  }

  [[nodiscard]] bool has_too_many_fields() const { return has_too_many_fields_; }

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       error_code&) override {
    head_.method = view(method);
    head_.target = view(target);
    head_.version = static_cast<unsigned>(version);
  }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value, error_code& ec) override {
    const bool fits = head_.fields().size() < limits_.fields && head_.add_field({view(name), view(value)});
    if (fits) return;
    has_too_many_fields_ = true;
    ec = BeastError::header_limit;
  }
  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, error_code&) override { return body.size(); }
  void on_finish_impl(error_code&) override {}

  RequestHead& head_;
  const HeadLimits& limits_;
  bool has_too_many_fields_ = false;
};

// How large it is has not always come yet.
std::unexpected<Response> refuse_size(const HeadLimits& limits) {
  return refuse(kHeaderTooLarge, "request line and fields have more than " + std::to_string(limits.bytes) + " bytes");
}

std::unexpected<Response> refuse_count(std::string_view header, const HeadLimits& limits) {
  const auto lines = std::ranges::count(header, '\n');
  // But for the request line and the empty one.
  return refuse(kHeaderTooLarge, "the header has " + std::to_string(lines - 2) + " fields, and " +
                                     std::to_string(limits.fields) + " are the most");
}

// `head` has the fields before the one that Beast has refused.
std::unexpected<Response> refusal_for(const error_code& ec, const RequestHead& head) {
  if (ec == BeastError::bad_version) return refuse(kHttpVersion, "only HTTP/1.1 (and 1.0 for GET) is spoken here");
  // Beast calls a length that stands beside another, or beside an encoding, a bad one or not, depending on their order.
  const bool is_length = ec == BeastError::bad_content_length || ec == BeastError::multiple_content_length ||
                         ec == BeastError::bad_transfer_encoding;
  if (is_length && (head.find("Content-Length") || head.find("Transfer-Encoding"))) {
    return refuse(kAmbiguousLength, "the body's length is given twice");
  }
  if (is_length) {
    return refuse(kBadContentLength, "Content-Length is a decimal number of bytes, at most 18 digits and nothing else");
  }
  return refuse(kMalformedHeader, "the header is not valid HTTP: " + ec.message());
}

// Beast reads more than the grammar allows (continued lines, for one), and whatever servers read differently is a way
// to pass one request off as two.
std::expected<void, Response> check_lines(std::string_view header) {
  auto end = header.find("\r\n");
  if (!is_request_line(header.substr(0, end))) {
    return refuse(
        kMalformedHeader,
        "the request line is a method, a target of visible ASCII without #, and HTTP/1.1, with one blank between");
  }
  for (std::string_view rest = header.substr(end + 2); !rest.starts_with("\r\n"); rest.remove_prefix(end + 2)) {
    if (rest.starts_with(' ') || rest.starts_with('\t')) {
      return refuse(kMalformedHeader, "a header field is continued on another line");
    }
    end = rest.find("\r\n");
    if (end == std::string_view::npos || !is_field_line(rest.substr(0, end))) {
      return refuse(kMalformedHeader,
                    "a header line is a name, a colon right behind it, and a value of printable text");
    }
  }
  return {};
}

bool has_bare_line_feed(std::string_view bytes, std::size_t from) {
  for (std::size_t at = bytes.find('\n', from); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return true;
  }
  return false;
}

// "http://host:port" in front of the path, as proxies send it: no user information, and the server that Host names.
// True where there is nothing in front.
bool has_fitting_front(const RequestHead& head, std::string_view front) {
  if (front.empty()) return true;
  const auto scheme_end = front.find("://");
  if (scheme_end == std::string_view::npos) return false;
  const std::string_view scheme = front.substr(0, scheme_end);
  const std::string_view authority = front.substr(scheme_end + 3);
  const bool is_https = same_name(scheme, "https");
  if (!is_https && !same_name(scheme, "http")) return false;
  const auto host = head.find("Host");
  return is_authority(authority) && (!host || same_authority(authority, *host, is_https ? ":443" : ":80"));
}

// "/path?query"; the absolute form loses its front.
bool split_target(RequestHead& head) {
  const std::string_view target = head.target;
  const auto authority = target.starts_with('/') ? std::string_view::npos : target.find("://");
  const auto begin = authority == std::string_view::npos ? 0 : target.find_first_of("/?", authority + 3);
  if (begin >= target.size() || target[begin] != '/' || !has_fitting_front(head, target.substr(0, begin))) return false;
  const std::string_view rest = target.substr(begin);
  const auto question = rest.find('?');
  head.path = rest.substr(0, question);
  head.query = question == std::string_view::npos ? std::string_view{} : rest.substr(question + 1);
  return true;
}

}  // namespace

std::expected<std::size_t, Response> find_head(std::string_view bytes, const HeadLimits& limits,
                                               std::size_t& searched) {
  const std::size_t from = searched < 3 ? 0 : searched - 3;
  const auto end = bytes.find("\r\n\r\n", from);
  searched = bytes.size();
  const std::size_t length = end == std::string_view::npos ? bytes.size() : end + 4;
  // Before the size is looked at, so that the answer is the same however the bytes are cut.
  if (has_bare_line_feed(bytes.substr(0, std::min(length, limits.bytes)), from)) {
    return refuse(kMalformedHeader, "a header line ends with CR LF");
  }
  if (length > limits.bytes) return refuse_size(limits);
  return end == std::string_view::npos ? 0 : length;
}

std::expected<void, Response> parse_head(std::string_view header, const HeadLimits& limits, RequestHead& head) {
  head.clear();
  if (auto strict = check_lines(header); !strict) return strict;
  FieldCollector parser(head, limits);
  error_code ec;
  const std::size_t used = parser.put(boost::asio::const_buffer(header.data(), header.size()), ec);
  if (parser.has_too_many_fields()) return refuse_count(header, limits);
  if (ec == BeastError::header_limit) return refuse_size(limits);
  if (ec && ec != BeastError::need_more) return refusal_for(ec, head);
  if (ec || used != header.size() || !parser.is_header_done()) {
    return refuse(kMalformedHeader, "the header is not valid HTTP");
  }
  if (head.target.size() > limits.target_bytes) {
    return refuse(kTargetTooLong, "the target has " + std::to_string(head.target.size()) + " bytes, and " +
                                      std::to_string(limits.target_bytes) + " are the most");
  }
  auto framing = decide_framing(head);
  if (!framing) return std::unexpected(std::move(framing.error()));
  if (!split_target(head)) return refuse(kBadTarget, "the target is a path that starts with a slash");
  head.body = *framing;
  return {};
}

}  // namespace metricstream::http
