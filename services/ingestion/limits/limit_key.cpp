#include "services/ingestion/limits/limit_key.hpp"

#include <algorithm>
#include <string>

#include "common/http/ip_address.hpp"

namespace metricstream::limits {

RemotePrefix remote_prefix(std::string_view address) {
  const auto parsed = http::IpAddress::parse(address.substr(0, address.find('%')));
  if (!parsed) return {};
  const auto& bytes = parsed->bytes();
  RemotePrefix out{6};
  if (parsed->is_v4()) {
    out[0] = 4;
    std::copy_n(bytes.end() - 4, 4, out.begin() + 1);
  } else {
    std::copy_n(bytes.begin(), out.size() - 1, out.begin() + 1);
  }
  return out;
}

Hash128 client_key(std::string_view client, std::uint64_t seed) { return hash128(client, seed); }

Hash128 host_key(const Hash128& client, std::string_view host) { return hash128(host, TableHash{}(client)); }

Hash128 remote_key(const RemotePrefix& prefix, std::uint64_t seed) {
  return hash128(std::string(prefix.begin(), prefix.end()), seed);
}

}  // namespace metricstream::limits
