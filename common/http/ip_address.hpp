#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace metricstream::http {

// An IP address, the same however it was written: an IPv4 address inside IPv6 (::ffff:1.2.3.4) is the IPv4 address.
// Pure.
class IpAddress {
 public:
  using Bytes = std::array<std::uint8_t, 16>;  // network order, IPv4 as ::ffff:a.b.c.d

  IpAddress() = default;  // ::
  explicit IpAddress(const Bytes& bytes) : bytes_(bytes) {}
  // "1.2.3.4" or "2001:db8::1"; no brackets, no port, no zone.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }
  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] std::string text() const;
  // Its first `bits` of 128, the others 0.
  [[nodiscard]] IpAddress masked(unsigned bits) const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  Bytes bytes_{};
};

// A network, or one address.
class AddressRange {
 public:
  // "10.0.0.0/8", "fd00::/8", "192.0.2.1". An address with bits beyond its prefix is refused: it is most likely a slip.
  [[nodiscard]] static Result<AddressRange> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const { return address.masked(bits_) == network_; }

 private:
  AddressRange(IpAddress network, unsigned bits) : network_(network), bits_(bits) {}

  IpAddress network_;
  unsigned bits_;  // of 128
};

}  // namespace metricstream::http
