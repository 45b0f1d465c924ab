#pragma once

#include <optional>
#include <span>

#include "common/http/ip_address.hpp"
#include "common/http/request.hpp"

namespace metricstream::http {

// Whom a trusted proxy speaks for: in X-Forwarded-For each proxy appends the address that it saw, so the right-most one
// that is not itself a trusted proxy is the client; what stands left of it is the client's own claim. Where all are
// trusted, the left-most. Elements are addresses, with a port where the proxy adds one. Nothing where there is no such
// field, or something else stands on the way: the peer itself is the client then. Pure.
[[nodiscard]] std::optional<IpAddress> forwarded_client(const RequestHead& head, std::span<const AddressRange> trusted);

[[nodiscard]] bool contains(std::span<const AddressRange> ranges, const IpAddress& address);

}  // namespace metricstream::http
