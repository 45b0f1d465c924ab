#include "services/ingestion/key_authentication.hpp"

#include "services/ingestion/credential.hpp"
#include "services/ingestion/problem_types.hpp"

namespace metricstream::ingestion {
namespace {

std::unexpected<http::Response> unauthorized() {
  http::Response response = http::problem(
      kUnauthorized, "this needs an API key: Authorization: Bearer KEY, X-API-Key: KEY, or the password of Basic");
  response.headers = "WWW-Authenticate: Bearer realm=\"metricstream\"\r\n";
  return std::unexpected(std::move(response));
}

Identity identity_of(const auth::KeyOwner& owner) { return {.client = owner.client, .key = owner.key_id}; }

}  // namespace

std::expected<Identity, http::Response> KeyAuthentication::identify(const http::RequestHead& head) const {
  const auto table = keys_.table();
  const auto certificate = table->owner_of_certificate(head.peer_names);
  const auth::KeyOwner* by_certificate = certificate.value_or(nullptr);
  const Credential shown = credential_of(head);
  if (shown.count == 0 && by_certificate) return identity_of(*by_certificate);
  // A key that is not there is looked up all the same, so that every refusal takes the same time.
  const auth::KeyOwner* by_key = table->authenticate(shown.key, clock_.now());
  if (!by_key || !certificate) return unauthorized();
  if (by_certificate && by_certificate->client != by_key->client) return unauthorized();
  return identity_of(*by_key);
}

std::expected<std::string, http::Response> KeyAuthentication::identify_by_body(std::string_view) const {
  return unauthorized();
}

}  // namespace metricstream::ingestion
