#pragma once

#include <expected>

#include "common/http/request.hpp"
#include "common/http/response.hpp"

namespace metricstream::http {

// Where a request ends, decided from its header alone and strictly, because peers that disagree about it can be made to
// take one client's bytes for another's request. Pure. A refusal closes the connection: nothing behind it is trusted.
//
// HTTP/1.1: exactly one Host, well-formed; at most one Content-Length, of digits only; at most one Transfer-Encoding,
// exactly "chunked" (in any case); never both; no expectation but 100-continue. HTTP/1.0: GET and HEAD without a body,
// Host as above or none.
[[nodiscard]] std::expected<BodyFraming, Response> decide_framing(const RequestHead& head);

}  // namespace metricstream::http
