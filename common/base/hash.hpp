#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace metricstream {

// 128 bits of XXH3 in its canonical (big-endian) byte order, so that it can be stored and compared anywhere.
struct Hash128 {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Hash128&) const = default;

  [[nodiscard]] std::string_view view() const;
  [[nodiscard]] static Hash128 from_view(std::string_view sixteen_bytes);
};

[[nodiscard]] std::uint64_t hash64(std::string_view data);
[[nodiscard]] Hash128 hash128(std::string_view data);
// Another function for each seed: nobody who does not know it can choose data that meet.
[[nodiscard]] Hash128 hash128(std::string_view data, std::uint64_t seed);

// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(std::string_view data);
[[nodiscard]] std::string to_hex(std::uint64_t value);

// For hash tables keyed by strings or Hash128: avalanching, not stable across versions, never stored.
struct TableHash {
  using is_transparent = void;
  using is_avalanching = void;
  std::size_t operator()(std::string_view text) const { return hash64(text); }
  std::size_t operator()(const Hash128& hash) const;
};

}  // namespace metricstream
