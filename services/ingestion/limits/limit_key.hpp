#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/base/hash.hpp"

namespace metricstream::limits {

// Who shares a limit when nobody has said who he is: an IPv4 address (also as ::ffff:1.2.3.4), or the /64 of an IPv6
// address, since that is what one customer is given. All bytes 0: text that is no address; all of those are one.
using RemotePrefix = std::array<std::uint8_t, 9>;  // 4, 6 or 0, and up to 8 bytes of the address
// `address` is text without port and brackets; a zone ("%eth0") is passed over.
[[nodiscard]] RemotePrefix remote_prefix(std::string_view address);

// Keys of the tables. `seed` is random for each process, so that nobody outside can make keys that meet.
[[nodiscard]] Hash128 client_key(std::string_view client, std::uint64_t seed);
[[nodiscard]] Hash128 host_key(const Hash128& client, std::string_view host);
[[nodiscard]] Hash128 remote_key(const RemotePrefix& prefix, std::uint64_t seed);

}  // namespace metricstream::limits
