#include "services/ingestion/limits/limit_key.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

namespace metricstream::limits {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedIpv4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

RemotePrefix ipv4(const std::uint8_t* bytes) { return {4, bytes[0], bytes[1], bytes[2], bytes[3]}; }

}  // namespace

RemotePrefix remote_prefix(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));  // inet_pton wants a final zero
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return ipv4(bytes.data());
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return {};
  if (std::equal(kMappedIpv4.begin(), kMappedIpv4.end(), bytes.begin())) return ipv4(bytes.data() + kMappedIpv4.size());
  RemotePrefix out{6};
  std::copy_n(bytes.begin(), out.size() - 1, out.begin() + 1);
  return out;
}

Hash128 client_key(std::string_view client, std::uint64_t seed) { return hash128(client, seed); }

Hash128 host_key(const Hash128& client, std::string_view host) { return hash128(host, TableHash{}(client)); }

Hash128 remote_key(const RemotePrefix& prefix, std::uint64_t seed) {
  return hash128(std::string(prefix.begin(), prefix.end()), seed);
}

}  // namespace metricstream::limits
