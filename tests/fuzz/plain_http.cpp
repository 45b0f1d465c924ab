#include "tests/fuzz/plain_http.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace metricstream::fuzz {
namespace {

using Strings = std::vector<std::string>;

constexpr std::size_t kMaxExtension = 256;
constexpr std::size_t kMaxTrailer = 4096;
constexpr std::size_t kMaxTrailerFields = 64;
constexpr std::size_t kFreeFraming = 1024;

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

std::string trimmed(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(" \t"), text.size()));
  text.erase(text.find_last_not_of(" \t") + 1);
  return text;
}

bool consists_of(std::string_view text, std::string_view chars) {
  return text.find_first_not_of(chars) == std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() &&
         consists_of(text, "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}

bool is_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '\t' || (c != 0x7f && (c < 0 || c >= 0x20)); });
}

Strings split(std::string_view text, char separator) {
  Strings parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// Of what comes up to the next CR LF, which is passed over; nothing where there is none.
std::optional<std::string> take_line(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  std::string line(rest.substr(0, end));
  rest.remove_prefix(end + 2);
  return line;
}

bool has_bare_line_feed(std::string_view text) {
  char before = 0;
  for (const char c : text) {
    if (c == '\n' && before != '\r') return true;
    before = c;
  }
  return false;
}

bool is_port(const std::string& text) {
  return !text.empty() && text.size() < 20 && consists_of(text, "0123456789") && std::stoull(text) <= 65535;
}

bool is_name(std::string_view text) {
  return is_token(text) && text.size() <= 255 && text.find_first_of("!#$%&'*+^`|") == std::string_view::npos;
}

bool is_authority(const std::string& text) {
  const bool is_v6 = text.starts_with('[');
  const std::size_t end = is_v6 ? text.find(']') + 1 : std::min(text.find(':'), text.size());
  const std::string host = text.substr(0, end);
  const std::string port = text.substr(end);
  if (is_v6 ? host.size() < 4 || !consists_of(host.substr(1, end - 2), "0123456789abcdefABCDEF:.") : !is_name(host)) {
    return false;
  }
  return port.empty() || (port.starts_with(':') && is_port(port.substr(1)));
}

Strings values_of(const PlainRequest& request, std::string_view name) {
  Strings out;
  for (const auto& [field, value] : request.fields) {
    if (lower(field) == name) out.push_back(value);
  }
  return out;
}

std::string without_port(std::string authority, const std::string& port) {
  if (authority.ends_with(port)) authority.resize(authority.size() - port.size());
  return lower(authority);
}

// A path, or the absolute form of one on the server that Host names.
bool is_target(const PlainRequest& request, const Strings& hosts) {
  if (request.target.starts_with('/')) return true;
  const std::string folded = lower(request.target);
  const bool is_https = folded.starts_with("https://");
  if (!is_https && !folded.starts_with("http://")) return false;
  const std::string rest = request.target.substr(is_https ? 8 : 7);
  const auto slash = rest.find('/');
  if (slash == std::string::npos || !is_authority(rest.substr(0, slash))) return false;
  const std::string port = is_https ? ":443" : ":80";
  return hosts.empty() || without_port(rest.substr(0, slash), port) == without_port(hosts[0], port);
}

bool read_request_line(const std::string& line, const PlainLimits& limits, PlainRequest& request) {
  const Strings words = split(line, ' ');
  if (words.size() != 3 || !is_token(words[0])) return false;
  request.method = words[0];
  request.target = words[1];
  request.is_10 = words[2] == "HTTP/1.0";
  if (!request.is_10 && words[2] != "HTTP/1.1") return false;
  if (request.target.empty() || request.target.size() > limits.head.target_bytes) return false;
  return std::ranges::all_of(request.target, [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
}

bool read_fields(std::string_view lines, const PlainLimits& limits, PlainRequest& request) {
  while (const auto line = take_line(lines)) {
    if (line->empty()) return lines.empty() && request.fields.size() <= limits.head.fields;
    const auto colon = line->find(':');
    if (colon == std::string::npos || !is_token(line->substr(0, colon)) || !is_text(line->substr(colon))) return false;
    request.fields.emplace_back(line->substr(0, colon), trimmed(line->substr(colon + 1)));
  }
  return false;
}

struct Framing {
  bool is_chunked = false;
  std::size_t length = 0;
};

// Nothing where two readers could disagree on where the body ends, or where our policy does not take the request.
std::optional<Framing> framing_of(const PlainRequest& request) {
  const Strings hosts = values_of(request, "host");
  const Strings lengths = values_of(request, "content-length");
  const Strings encodings = values_of(request, "transfer-encoding");
  const Strings expectations = values_of(request, "expect");
  if (hosts.size() > 1 || (hosts.empty() && !request.is_10)) return std::nullopt;
  if (!hosts.empty() && !is_authority(hosts[0])) return std::nullopt;
  if (!is_target(request, hosts)) return std::nullopt;
  if (request.is_10) {
    const bool has_body = !encodings.empty() || (!lengths.empty() && lengths != Strings{"0"});
    const bool is_safe = request.method == "GET" || request.method == "HEAD";
    return is_safe && !has_body ? std::optional(Framing{}) : std::nullopt;
  }
  if (!std::ranges::all_of(expectations, [](const auto& value) { return lower(value) == "100-continue"; })) return {};
  if (lengths.size() + encodings.size() > 1) return std::nullopt;
  if (!encodings.empty())
    return lower(encodings[0]) == "chunked" ? std::optional(Framing{.is_chunked = true}) : std::nullopt;
  if (lengths.empty()) return request.method == "POST" ? std::nullopt : std::optional(Framing{});
  if (lengths[0].empty() || lengths[0].size() > 18 || !consists_of(lengths[0], "0123456789")) return std::nullopt;
  return Framing{.length = std::stoull(lengths[0])};
}

// The parser in use takes nothing but lists there; which lists it takes is its own affair.
bool has_odd_connection(const PlainRequest& request) {
  for (const std::string name : {"connection", "proxy-connection"}) {
    for (const std::string& value : values_of(request, name)) {
      for (const std::string& element : split(value, ',')) {
        if (!is_token(trimmed(element))) return true;
      }
    }
  }
  return false;
}

// The size line of a chunk: the digits, and perhaps an extension.
std::optional<std::size_t> size_of_chunk(const std::string& line) {
  const std::string digits = line.substr(0, line.find(';'));
  if (digits.empty() || digits.size() > 15 || !consists_of(digits, "0123456789abcdefABCDEF")) return std::nullopt;
  const std::string_view extension = std::string_view(line).substr(digits.size());
  if (!is_text(extension) || extension.size() > kMaxExtension + 1) return std::nullopt;
  return std::stoull(digits, nullptr, 16);
}

Verdict read_trailer(std::string_view& rest) {
  std::size_t bytes = 0;
  for (std::size_t fields = 0;; ++fields) {
    const auto line = take_line(rest);
    if (!line) return Verdict::waits;
    if (line->empty()) return Verdict::taken;
    bytes += line->size() + 2;
    const auto colon = line->find(':');
    if (bytes > kMaxTrailer || fields == kMaxTrailerFields) return Verdict::refused;
    if (colon == std::string::npos || !is_token(line->substr(0, colon)) || !is_text(*line)) return Verdict::refused;
  }
}

Verdict read_chunks(std::string_view& rest, std::size_t limit, std::string& body) {
  std::size_t framing = 0;
  for (;;) {
    const auto line = take_line(rest);
    if (!line) return Verdict::waits;
    const auto size = size_of_chunk(*line);
    if (!size || *size > limit - body.size()) return Verdict::refused;
    framing += line->size() + 4;
    if (*size == 0) break;
    if (rest.size() >= *size && !std::string_view("\r\n").starts_with(rest.substr(*size, 2))) return Verdict::refused;
    if (rest.size() < *size + 2) return Verdict::waits;
    body += rest.substr(0, *size);
    rest.remove_prefix(*size + 2);
  }
  const Verdict verdict = read_trailer(rest);
  if (verdict != Verdict::taken || framing <= kFreeFraming) return verdict;
  return framing <= kFreeFraming + body.size() + 2 ? Verdict::either : Verdict::refused;
}

}  // namespace

Verdict read_plainly(std::string_view input, std::size_t at, const PlainLimits& limits, PlainRequest& request) {
  request = {};
  std::string_view rest = input.substr(at);
  if (rest.starts_with("\r\n")) rest.remove_prefix(2);
  const auto head_end = rest.find("\r\n\r\n");
  const bool is_whole = head_end != std::string_view::npos;
  std::string_view head = is_whole ? rest.substr(0, head_end + 4) : rest;
  if (has_bare_line_feed(head.substr(0, limits.head.bytes)) || head.size() > limits.head.bytes) return Verdict::refused;
  if (!is_whole) return Verdict::waits;
  rest.remove_prefix(head.size());
  if (!read_request_line(*take_line(head), limits, request) || !read_fields(head, limits, request))
    return Verdict::refused;
  const auto framing = framing_of(request);
  if (!framing) return Verdict::refused;
  Verdict verdict = Verdict::taken;
  if (framing->is_chunked) {
    verdict = read_chunks(rest, limits.body_bytes, request.body);
  } else {
    if (framing->length > limits.body_bytes) return Verdict::refused;
    if (framing->length > rest.size()) verdict = Verdict::waits;
    request.body = rest.substr(0, framing->length);
    rest.remove_prefix(request.body.size());
  }
  request.end = input.size() - rest.size();
  return verdict == Verdict::taken && has_odd_connection(request) ? Verdict::either : verdict;
}

}  // namespace metricstream::fuzz
