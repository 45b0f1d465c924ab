#pragma once

#include <cstddef>
#include <string>

#include "common/http/request.hpp"

namespace metricstream::ingestion {

// What a request shows for itself in auth.mode api_key.
struct Credential {
  std::size_t count = 0;  // fields that could hold a key: Authorization and X-API-Key
  std::string key;        // as it was sent; empty where there is none
};

// The key of `Authorization: Bearer KEY` or `Token KEY` (the scheme without case), the password of Basic (whatever the
// user name: clients that know only user and password can hold a key so), or `X-API-Key: KEY`. No key where more than
// one such field is there, for any other scheme, for a badly encoded Basic: all of it ends in the same 401. Pure;
// whether the text is a key is not asked here.
[[nodiscard]] Credential credential_of(const http::RequestHead& head);

}  // namespace metricstream::ingestion
