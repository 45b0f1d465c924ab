#include "common/codec/json_parse.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <functional>
#include <string>

namespace metricstream {
namespace {

using boost::json::error_code;

// Boost.JSON's SAX events, made of one buffer with the whole document: a number's text is complete, and a string is cut
// into parts only where it has escapes.
class Handler {
 public:
  static constexpr std::size_t max_array_size = SIZE_MAX;
  static constexpr std::size_t max_object_size = SIZE_MAX;
  static constexpr std::size_t max_string_size = SIZE_MAX;
  static constexpr std::size_t max_key_size = SIZE_MAX;

  Handler(std::string_view body, StringArena& arena, BodyCollector& collector)
      : body_(body), arena_(arena), collector_(collector) {}

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code& ec) { return check(collector_.begin_array(), ec); }
  bool on_array_end(std::size_t, error_code& ec) { return check(collector_.end_array(), ec); }
  bool on_object_begin(error_code& ec) { return check(collector_.begin_object(), ec); }
  bool on_object_end(std::size_t, error_code& ec) { return check(collector_.end_object(), ec); }

  bool on_key_part(std::string_view part, std::size_t, error_code&) { return keep_part(part); }
  bool on_key(std::string_view last, std::size_t total, error_code& ec) {
    if (collector_.is_skipping()) return drop_parts();
    return check(collector_.key(whole(last, total)), ec);
  }
  bool on_string_part(std::string_view part, std::size_t, error_code&) { return keep_part(part); }
  bool on_string(std::string_view last, std::size_t total, error_code& ec) {
    if (collector_.is_skipping()) return drop_parts();
    return check(collector_.scalar({ValueKind::string, whole(last, total), {}}), ec);
  }

  bool on_number_part(std::string_view, error_code&) { return true; }  // only before a failure
  bool on_int64(std::int64_t value, std::string_view text, error_code& ec) {
    return check(collector_.scalar({ValueKind::number, text, value}), ec);
  }
  bool on_uint64(std::uint64_t, std::string_view text, error_code& ec) {
    return check(collector_.scalar({ValueKind::number, text, {}}), ec);
  }
  bool on_double(double, std::string_view text, error_code& ec) {
    return check(collector_.scalar({ValueKind::number, text, {}}), ec);
  }
  bool on_bool(bool value, error_code& ec) { return check(collector_.scalar({ValueKind::boolean, {}, {}, value}), ec); }
  bool on_null(error_code& ec) { return check(collector_.scalar({ValueKind::null, {}, {}}), ec); }
  bool on_comment_part(std::string_view, error_code&) { return true; }
  bool on_comment(std::string_view, error_code&) { return true; }

 private:
  static bool check(bool ok, error_code& ec) {
    if (!ok) ec = boost::json::error::exception;  // the collector has the true reason
    return ok;
  }
  bool keep_part(std::string_view part) {
    if (!collector_.is_skipping()) parts_ += part;
    return true;
  }
  bool drop_parts() {
    parts_.clear();
    return true;
  }
  [[nodiscard]] bool is_in_body(std::string_view text) const {
    const std::less_equal<const char*> before;
    return before(body_.data(), text.data()) && before(text.data(), body_.data() + body_.size());
  }
  // The whole string: a view of the body, or a copy where parts or the parser's own buffer hold it.
  std::string_view whole(std::string_view last, std::size_t total) {
    if (last.size() == total && is_in_body(last)) return last;
    parts_ += last;
    const std::string_view kept = parts_.empty() ? body_.substr(0, 0) : arena_.store(parts_);
    parts_.clear();
    collector_.note_copied();
    return kept;
  }

  std::string_view body_;
  StringArena& arena_;
  BodyCollector& collector_;
  std::string parts_;
};

using Parser = boost::json::basic_parser<Handler>;

std::string message_of(const error_code& ec, std::size_t max_depth) {
  using boost::json::error;
  if (ec == error::too_deep) return "nested deeper than " + std::to_string(max_depth) + " levels";
  if (ec == error::incomplete) return "the JSON ends inside a value";
  if (ec == error::exponent_overflow) return "a number's exponent is too large";
  if (ec == error::syntax) return "not valid JSON in UTF-8";
  return "not valid JSON in UTF-8: " + ec.message();
}

// One document of `body`: all of it, or a line.
std::optional<DecodeError> parse_document(Parser& parser, std::string_view body, std::string_view document,
                                          std::size_t max_depth, BodyCollector& collector) {
  const auto start = static_cast<std::size_t>(document.data() - body.data());
  parser.reset();
  collector.start_document();
  error_code ec;
  const std::size_t read = parser.write_some(false, document.data(), document.size(), ec);
  if (!ec && read == document.size()) return std::nullopt;
  if (const auto& failure = collector.failure()) {
    const char* const at = failure->at.data();
    const bool is_placed = at != nullptr && std::less_equal<const char*>()(body.data(), at) &&
                           std::less<const char*>()(at, body.data() + body.size());
    const std::size_t position = is_placed ? static_cast<std::size_t>(at - body.data()) : start + read;
    return DecodeError{failure->kind, position, failure->message};
  }
  if (!ec) return DecodeError{DecodeError::Kind::malformed, start + read, "bytes behind the JSON value"};
  const bool is_too_deep = ec == boost::json::error::too_deep;
  return DecodeError{is_too_deep ? DecodeError::Kind::too_deep : DecodeError::Kind::malformed, start + read,
                     message_of(ec, max_depth)};
}

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

std::optional<DecodeError> parse_json(std::string_view body, std::size_t max_depth, BodyFormat format,
                                      StringArena& arena, BodyCollector& collector) {
  const std::size_t first = body.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return DecodeError{DecodeError::Kind::empty, 0, "the body is empty"};
  if (body.substr(first).starts_with(kByteOrderMark)) {
    return DecodeError{DecodeError::Kind::malformed, first,
                       "a byte order mark (ef bb bf) stands before the JSON: leave it out"};
  }
  boost::json::parse_options options;
  options.max_depth = max_depth;
  Parser parser(options, body, arena, collector);
  if (format == BodyFormat::json) {
    if (body[first] != '{' && body[first] != '[') {
      return DecodeError{DecodeError::Kind::malformed, first, "expected an object or an array of samples"};
    }
    return parse_document(parser, body, body, max_depth, collector);
  }
  // Blank lines go all at once: a body of millions of them must not cost more than others.
  for (std::size_t at = first; at != std::string_view::npos; at = body.find_first_not_of(kBlank, at)) {
    const std::string_view line = body.substr(at, body.find('\n', at) - at);
    at += line.size();
    if (auto error = parse_document(parser, body, line, max_depth, collector)) return error;
  }
  return std::nullopt;
}

}  // namespace metricstream
