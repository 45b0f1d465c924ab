#include "services/ingestion/credential.hpp"

#include <string_view>

#include "common/base/base64.hpp"
#include "common/http/header.hpp"

namespace metricstream::ingestion {
namespace {

std::string password_of(std::string_view encoded) {
  const auto pair = decode_base64(encoded);
  const auto colon = pair ? pair->find(':') : std::string::npos;
  return colon == std::string::npos ? std::string() : pair->substr(colon + 1);
}

std::string key_in_authorization(std::string_view value) {
  const auto space = value.find(' ');
  if (space == std::string_view::npos) return {};
  const std::string_view scheme = value.substr(0, space);
  std::string_view rest = value.substr(space);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (http::same_name(scheme, "Bearer") || http::same_name(scheme, "Token")) return std::string(rest);
  if (http::same_name(scheme, "Basic")) return password_of(rest);
  return {};
}

}  // namespace

Credential credential_of(const http::RequestHead& head) {
  Credential out{.count = head.count("Authorization") + head.count("X-API-Key"), .key = {}};
  if (out.count != 1) return out;
  const auto key = head.find("X-API-Key");
  out.key = key ? std::string(*key) : key_in_authorization(head.find("Authorization").value_or(""));
  return out;
}

}  // namespace metricstream::ingestion
