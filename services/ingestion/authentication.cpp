#include "services/ingestion/authentication.hpp"

#include "services/ingestion/client_id.hpp"
#include "services/ingestion/problem_types.hpp"

namespace metricstream::ingestion {

std::expected<Identity, http::Response> Unauthenticated::identify(const http::RequestHead& head) const {
  if (head.count("Authorization") > 1 || head.count("X-Client-Id") > 1) {
    return std::unexpected(http::problem(kBadClientId, "the client is named by more than one field"));
  }
  const ClientClaims claims{
      .authorization = head.find("Authorization"), .client_id_header = head.find("X-Client-Id"), .body_id = {}};
  if (!claims.authorization && !claims.client_id_header) return Identity{};
  auto client = resolve_client_id(claims);
  if (!client) return std::unexpected(http::problem(kBadClientId, client.error().message));
  return Identity{.client = std::move(*client)};
}

std::expected<std::string, http::Response> Unauthenticated::identify_by_body(std::string_view body_id) const {
  auto client = resolve_client_id({.body_id = body_id});
  if (!client) return std::unexpected(http::problem(kBadClientId, client.error().message));
  return std::move(*client);
}

}  // namespace metricstream::ingestion
