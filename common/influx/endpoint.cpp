#include "common/influx/endpoint.hpp"

#include <array>
#include <cstddef>

namespace metricstream::influx {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string base64(std::string_view data) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < data.size(); i += 3) {
    const auto byte = [&](std::size_t k) -> unsigned {
      return i + k < data.size() ? static_cast<unsigned char>(data[i + k]) : 0U;
    };
    const unsigned bits = byte(0) << 16U | byte(1) << 8U | byte(2);
    out += kAlphabet[bits >> 18U & 63U];
    out += kAlphabet[bits >> 12U & 63U];
    out += i + 1 < data.size() ? kAlphabet[bits >> 6U & 63U] : '=';
    out += i + 2 < data.size() ? kAlphabet[bits & 63U] : '=';
  }
  return out;
}

std::string quoted(std::string_view text, char quote) {
  std::string out{quote};
  for (const char c : text) {
    if (c == quote || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";  // InfluxQL ends a quoted token at a bare newline
    } else {
      out += c;
    }
  }
  return out += quote;
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
  return out;
}

std::string bucket_name(const Endpoint& endpoint, std::string_view policy) {
  return endpoint.bucket_prefix + "/" + std::string{policy};
}

std::string write_target(const Endpoint& endpoint, std::string_view policy) {
  if (endpoint.version == Version::v1) {
    return "/write?db=" + percent_encoded(endpoint.database) + "&rp=" + percent_encoded(policy) + "&precision=ns";
  }
  return "/api/v2/write?org=" + percent_encoded(endpoint.org) +
         "&bucket=" + percent_encoded(bucket_name(endpoint, policy)) + "&precision=ns";
}

std::string query_target(const Endpoint& endpoint, std::string_view policy, std::string_view influxql) {
  const std::string& database = endpoint.version == Version::v1 ? endpoint.database : endpoint.bucket_prefix;
  std::string target = "/query?db=" + percent_encoded(database);
  if (!policy.empty()) target += "&rp=" + percent_encoded(policy);
  return target + "&epoch=ns&q=" + percent_encoded(influxql);
}

std::string authorization(const Endpoint& endpoint) {
  if (endpoint.version == Version::v2) {
    return endpoint.token.empty() ? std::string{} : "Token " + endpoint.token.reveal();
  }
  if (endpoint.user.empty()) return {};
  return "Basic " + base64(endpoint.user + ":" + endpoint.password.reveal());
}

std::string quoted_identifier(std::string_view name) { return quoted(name, '"'); }
std::string quoted_string(std::string_view text) { return quoted(text, '\''); }

}  // namespace metricstream::influx
