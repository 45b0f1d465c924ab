#include "common/base/murmur2.hpp"

#include <cstddef>

namespace metricstream {

std::uint32_t murmur2(std::string_view key) {
  constexpr std::uint32_t seed = 0x9747b28c;
  constexpr std::uint32_t m = 0x5bd1e995;
  constexpr unsigned r = 24;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(key[i])); };

  std::uint32_t h = seed ^ static_cast<std::uint32_t>(key.size());
  const std::size_t blocks = key.size() / 4;
  for (std::size_t i = 0; i < blocks * 4; i += 4) {
    std::uint32_t k = byte(i) | byte(i + 1) << 8U | byte(i + 2) << 16U | byte(i + 3) << 24U;
    k *= m;
    k ^= k >> r;
    k *= m;
    h *= m;
    h ^= k;
  }
  const std::size_t tail = blocks * 4;
  const std::size_t rest = key.size() - tail;
  if (rest == 3) h ^= byte(tail + 2) << 16U;
  if (rest >= 2) h ^= byte(tail + 1) << 8U;
  if (rest >= 1) {
    h ^= byte(tail);
    h *= m;
  }
  h ^= h >> 13U;
  h *= m;
  h ^= h >> 15U;
  return h;
}

std::int32_t partition_for(std::string_view key, std::int32_t partitions) {
  return static_cast<std::int32_t>(murmur2(key) & 0x7fffffffU) % partitions;
}

}  // namespace metricstream
