#pragma once

#include <expected>
#include <string>

#include "common/http/request.hpp"
#include "common/http/response.hpp"

namespace metricstream::ingestion {

// Who sent a request.
struct Identity {
  std::string client;    // empty: only the body can tell (auth.mode none)
  std::string key = {};  // the key's id or the certificate's name, for the access log; empty where there is none
};

// Decides from the header alone who sent a request, or how it is refused. Thread-safe, never blocks.
class Authentication {
 public:
  virtual ~Authentication() = default;
  [[nodiscard]] virtual std::expected<Identity, http::Response> identify(const http::RequestHead& head) const = 0;
  // With the body's own id (host_id or serverId; may be empty), where identify() left the client open.
  [[nodiscard]] virtual std::expected<std::string, http::Response> identify_by_body(std::string_view body_id) const = 0;
};

// auth.mode none, for trusted networks: the request says who it is, see client_id.hpp.
class Unauthenticated final : public Authentication {
 public:
  [[nodiscard]] std::expected<Identity, http::Response> identify(const http::RequestHead& head) const override;
  [[nodiscard]] std::expected<std::string, http::Response> identify_by_body(std::string_view body_id) const override;
};

}  // namespace metricstream::ingestion
