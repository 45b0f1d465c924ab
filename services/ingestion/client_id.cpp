#include "services/ingestion/client_id.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "common/base/base64.hpp"
#include "common/base/hash.hpp"
#include "common/http/header.hpp"
#include "common/model/validation.hpp"

namespace metricstream::ingestion {
namespace {

Result<std::string> checked(std::string_view id, std::string_view source) {
  if (is_client_id(id, BatchLimits{})) return std::string(id);
  return fail(std::string(source) +
              " cannot be a client id: expected 1 to 128 visible ASCII characters without backslash");
}

// The id of whoever holds `secret`, from which the secret cannot be found.
std::string id_of_secret(std::string_view secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  // Without it all secrets would be one client.
  if (EVP_Digest(secret.data(), secret.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot compute SHA-256");
  }
  const std::string bytes(digest.begin(), digest.begin() + 16);
  return "key-" + to_hex(bytes);
}

Result<std::string> from_authorization(std::string_view value) {
  const auto space = value.find(' ');
  const std::string_view scheme = value.substr(0, space);
  std::string_view rest = space == std::string_view::npos ? std::string_view{} : value.substr(space + 1);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (http::same_name(scheme, "Bearer") || http::same_name(scheme, "Token")) {
    if (rest.empty()) return fail("the Authorization field names a scheme but holds no key");
    return id_of_secret(rest);
  }
  if (http::same_name(scheme, "Basic")) {
    const auto pair = decode_base64(rest);
    if (!pair || !pair->contains(':'))
      return fail("the Authorization field's Basic value is not base64 of user:password");
    return checked(std::string_view(*pair).substr(0, pair->find(':')), "the user name of the Authorization field");
  }
  return checked(value, "the Authorization field's value");
}

}  // namespace

Result<std::string> resolve_client_id(const ClientClaims& claims) {
  if (claims.authorization) return from_authorization(*claims.authorization);
  if (claims.client_id_header) return checked(*claims.client_id_header, "the X-Client-Id field's value");
  if (!claims.body_id.empty()) return checked(claims.body_id, "the body's host_id or serverId");
  return std::string("anonymous");
}

}  // namespace metricstream::ingestion
