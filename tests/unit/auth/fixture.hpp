#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "common/auth/api_key.hpp"
#include "common/auth/key_file.hpp"
#include "common/auth/secret_hasher.hpp"

// Keys that are the same in every run.
namespace metricstream::auth::test {

constexpr TimeNs kNow = 1'795'256'135 * kSecond;  // 2026-11-21T10:15:35Z
constexpr std::string_view kPepper = "0123456789abcdef0123456789abcdef";

inline std::shared_ptr<const SecretHasher> hasher() { return *make_secret_hasher(Secret(std::string(kPepper))); }

// The key's text; another for each `seed`.
inline std::string key_text(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::array<std::uint8_t, KeyEntropy::extent> bytes{};
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return api_key_of(bytes).reveal();
}

inline std::string id_of(std::uint32_t seed) { return key_text(seed).substr(3, kKeyIdSize); }

inline KeyEntry entry_of(std::uint32_t seed, std::string client) {
  const std::string text = key_text(seed);
  KeyEntry entry;
  entry.id = text.substr(3, kKeyIdSize);
  entry.client = std::move(client);
  entry.hash = hasher()->hash(parse_api_key(text)->secret);
  return entry;
}

inline std::string hash_text(std::uint32_t seed) { return to_hex(*entry_of(seed, "x").hash); }

}  // namespace metricstream::auth::test
