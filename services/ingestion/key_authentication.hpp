#pragma once

#include "common/auth/key_store.hpp"
#include "services/ingestion/authentication.hpp"

namespace metricstream::ingestion {

// auth.mode api_key: a key of the key file, or a client certificate that it names. Where both are shown they have to
// belong to the same client; a certificate of two clients is refused whatever else is shown. Every refusal is the same
// 401.
class KeyAuthentication final : public Authentication {
 public:
  // Both must outlive this.
  KeyAuthentication(const auth::KeyStore& keys, const Clock& clock) : keys_(keys), clock_(clock) {}

  [[nodiscard]] std::expected<Identity, http::Response> identify(const http::RequestHead& head) const override;
  // Never needed: the header has told.
  [[nodiscard]] std::expected<std::string, http::Response> identify_by_body(std::string_view body_id) const override;

 private:
  const auth::KeyStore& keys_;
  const Clock& clock_;
};

}  // namespace metricstream::ingestion
