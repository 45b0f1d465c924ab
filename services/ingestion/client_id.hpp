#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace metricstream::ingestion {

// What a request says about its sender. Absent fields are nothing; an empty Authorization is a field.
struct ClientClaims {
  std::optional<std::string_view> authorization{};
  std::optional<std::string_view> client_id_header{};  // X-Client-Id
  std::string_view body_id{};                          // host_id or serverId; empty where there is none
};

// The id in auth.mode none, where the request names itself: the Authorization value (Basic gives its user name; a
// Bearer or Token value is a secret and only its hash is used, "key-" and 32 hexadecimal digits of SHA-256), else
// X-Client-Id, else the body's id, else "anonymous". The first of these that is there decides: one that cannot be an id
// ([\x21-\x7e]{1,128} without backslash) fails rather than letting somebody else's data in under another name.
// Pure; throws where OpenSSL has no SHA-256. The message is for the client and repeats nothing of what it sent.
[[nodiscard]] Result<std::string> resolve_client_id(const ClientClaims& claims);

}  // namespace metricstream::ingestion
