#include "common/base/hash.hpp"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace metricstream {

std::string_view Hash128::view() const { return {std::bit_cast<const char*>(bytes.data()), bytes.size()}; }

Hash128 Hash128::from_view(std::string_view sixteen_bytes) {
  Hash128 out;
  std::memcpy(out.bytes.data(), sixteen_bytes.data(), std::min(sixteen_bytes.size(), out.bytes.size()));
  return out;
}

std::uint64_t hash64(std::string_view data) { return XXH3_64bits(data.data(), data.size()); }

namespace {

Hash128 canonical_of(XXH128_hash_t hash) {
  XXH128_canonical_t canonical{};
  XXH128_canonicalFromHash(&canonical, hash);
  Hash128 out;
  std::memcpy(out.bytes.data(), canonical.digest, out.bytes.size());
  return out;
}

}  // namespace

Hash128 hash128(std::string_view data) { return canonical_of(XXH3_128bits(data.data(), data.size())); }

Hash128 hash128(std::string_view data, std::uint64_t seed) {
  return canonical_of(XXH3_128bits_withSeed(data.data(), data.size(), seed));
}

std::string to_hex(std::string_view data) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(data.size() * 2);
  for (const char c : data) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
  return out;
}

std::string to_hex(std::uint64_t value) {
  std::array<char, 8> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>((value >> (56 - 8 * i)) & 0xffU);
  return to_hex(std::string_view(bytes.data(), bytes.size()));
}

std::size_t TableHash::operator()(const Hash128& hash) const {
  std::size_t out = 0;
  std::memcpy(&out, hash.bytes.data(), sizeof out);  // XXH3's bits are uniform: any eight bytes will do
  return out;
}

}  // namespace metricstream
