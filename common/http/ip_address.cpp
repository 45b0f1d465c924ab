#include "common/http/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace metricstream::http {
namespace {

constexpr std::size_t kPrefixBytes = 12;
constexpr std::array<std::uint8_t, kPrefixBytes> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return std::nullopt;
  std::ranges::copy(text, terminated.begin());
  if (terminated[text.size()] != '\0' || text.contains('\0')) return std::nullopt;
  Bytes bytes{};
  if (inet_pton(AF_INET6, terminated.data(), bytes.data()) == 1) return IpAddress(bytes);
  std::ranges::copy(kV4Prefix, bytes.begin());
  if (inet_pton(AF_INET, terminated.data(), bytes.data() + kPrefixBytes) == 1) return IpAddress(bytes);
  return std::nullopt;
}

bool IpAddress::is_v4() const { return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes_.begin()); }

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes_.data() + kPrefixBytes, out.data(), out.size());
  } else {
    inet_ntop(AF_INET6, bytes_.data(), out.data(), out.size());
  }
  return out.data();
}

IpAddress IpAddress::masked(unsigned bits) const {
  Bytes bytes = bytes_;
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::min(bits - std::min(bits, i * 8), 8U);
    bytes[i] = static_cast<std::uint8_t>(bytes[i] & (0xff00U >> kept));
  }
  return IpAddress(bytes);
}

Result<AddressRange> AddressRange::parse(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return fail(quoted(text) + " is no address; expected one such as 192.0.2.1, 10.0.0.0/8 or fd00::/8");
  const unsigned offset = address->is_v4() ? 96 : 0;
  unsigned bits = 128 - offset;
  if (slash < text.size()) {
    const std::string_view digits = text.substr(slash + 1);
    unsigned given = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), given);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || given > bits) {
      return fail(quoted(text) + " has a bad prefix; expected a number of bits from 0 to " + std::to_string(bits));
    }
    bits = given;
  }
  const IpAddress network = address->masked(bits + offset);
  if (network != *address) {
    return fail(quoted(text) + " has bits beyond its prefix; the network is " + network.text() + "/" +
                std::to_string(bits));
  }
  return AddressRange(network, bits + offset);
}

}  // namespace metricstream::http
