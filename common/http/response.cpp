#include "common/http/response.hpp"

#include <algorithm>

#include "common/base/decimal.hpp"
#include "common/base/text.hpp"

namespace metricstream::http {

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

Response problem(const ProblemType& type, std::string_view detail, std::string_view members) {
  Response response;
  response.status = type.status;
  response.content_type = kProblemJson;
  response.type = &type;
  response.detail = detail;
  std::string& out = response.body;
  out.reserve(200 + detail.size() + members.size());
  out += R"({"type":")";
  if (type.uri.empty()) {
    out += kProblemPath;
    out += type.id;
  } else {
    out += type.uri;
  }
  out += R"(","title":")";
  out += type.title;
  out += R"(","status":)";
  append_decimal(out, type.status);
  out += R"(,"error_id":"err-ms-)";
  out += type.id;
  out += R"(","detail":")";
  append_json_escaped(out, detail);
  out += '"';
  out += members;
  out += "}\n";
  return response;
}

Response closing_problem(const ProblemType& type, std::string_view detail) {
  Response out = problem(type, detail);
  out.close = true;
  return out;
}

Response retry_later(const ProblemType& type, std::string_view detail, std::chrono::milliseconds wait,
                     std::string_view members) {
  Response response = problem(type, detail, members);
  const auto seconds = std::max<std::int64_t>(1, (wait.count() + 999) / 1000);
  response.headers = "Retry-After: " + std::to_string(seconds) + "\r\n";
  return response;
}

Response body_too_large(std::size_t limit, std::optional<std::uint64_t> size) {
  const std::string most = std::to_string(limit);
  return problem(kBodyTooLarge, size ? "the body has " + std::to_string(*size) + " bytes, and " + most +
                                           " are the most; send it in smaller batches"
                                     : "the body has more than " + most + " bytes; send it in smaller batches");
}

void append_response(std::string& out, const Response& response, const ResponseFrame& frame) {
  out += "HTTP/1.1 ";
  append_decimal(out, response.status);
  out += ' ';
  out += reason_phrase(response.status);
  if (!frame.date.empty()) {
    out += "\r\nDate: ";
    out += frame.date;
  }
  if (response.status != 204) {
    out += "\r\nContent-Type: ";
    out += response.content_type;
    out += "\r\nContent-Length: ";
    append_decimal(out, response.body.size());
  }
  out += "\r\n";
  if (!frame.request_id.empty()) {
    out += "X-Request-Id: ";
    out += frame.request_id;
    out += "\r\n";
  }
  out += response.headers;
  if (frame.close || response.close) {
    out += "Connection: close\r\n";
  } else if (frame.keep_alive_10) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  if (!frame.head_only && response.status != 204) out += response.body;
}

}  // namespace metricstream::http
