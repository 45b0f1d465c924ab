#include "services/ingestion/content.hpp"

#include "common/base/blank.hpp"
#include "common/http/header.hpp"
#include "services/ingestion/problem_types.hpp"

namespace metricstream::ingestion {
namespace {

using http::same_name;

// Of the parameters only the character set could change what the bytes mean.
bool is_utf8_or_silent(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto semicolon = parameters.find(';');
    const std::string_view parameter = trimmed(parameters.substr(0, semicolon));
    parameters = semicolon == std::string_view::npos ? std::string_view{} : parameters.substr(semicolon + 1);
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos || !same_name(trimmed(parameter.substr(0, equals)), "charset")) continue;
    std::string_view value = trimmed(parameter.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (!same_name(value, "utf-8") && !same_name(value, "utf8") && !same_name(value, "us-ascii")) return false;
  }
  return true;
}

std::unexpected<http::Response> refuse(const http::ProblemType& type, std::string_view detail) {
  return std::unexpected(http::problem(type, detail));
}

std::expected<BodyFormat, http::Response> decide_format(std::string_view content_type) {
  const auto semicolon = content_type.find(';');
  const std::string_view type = trimmed(content_type.substr(0, semicolon));
  const bool is_json = same_name(type, "application/json");
  const bool is_ndjson = same_name(type, "application/x-ndjson") || same_name(type, "application/ndjson") ||
                         same_name(type, "application/jsonl");
  if (is_json || is_ndjson) {
    const bool is_readable =
        semicolon == std::string_view::npos || is_utf8_or_silent(content_type.substr(semicolon + 1));
    if (!is_readable) return refuse(kUnsupportedMediaType, "the body has to be UTF-8");
    return is_json ? BodyFormat::json : BodyFormat::ndjson;
  }
  if (same_name(type, "application/x-www-form-urlencoded")) {
    return refuse(kUnsupportedMediaType,
                  "curl's default Content-Type is a form; add: -H 'Content-Type: application/json'");
  }
  return refuse(kUnsupportedMediaType,
                "the Content-Type has to be application/json, or application/x-ndjson for one sample a line");
}

}  // namespace

std::expected<Content, http::Response> decide_content(std::optional<std::string_view> content_type,
                                                      std::optional<std::string_view> encoding) {
  Content content;
  if (encoding) {
    const std::string_view name = trimmed(*encoding);
    // RFC 9110, 8.4.1.3: x-gzip is the same.
    content.is_gzip = same_name(name, "gzip") || same_name(name, "x-gzip");
    if (!content.is_gzip && !same_name(name, "identity")) {
      return refuse(kUnsupportedEncoding, "the Content-Encoding has to be gzip or identity, once");
    }
  }
  if (!content_type) return content;
  const auto format = decide_format(*content_type);
  if (!format) return std::unexpected(format.error());
  content.format = *format;
  return content;
}

}  // namespace metricstream::ingestion
