#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"

namespace metricstream::auth {

// A key as a client holds it is 59 bytes, ms_<id>_<secret>:
//
//   id      16 of [a-z0-9]. Names the key in files, logs and commands, and is no secret.
//   secret  32 random letters of 5 bits each, and 7 letters of the CRC-32 of everything before them, highest bits first
//
// Letters are those of kKeyLetters: lower case without l and o, digits without 0 and 1, so that a key survives being
// read aloud, and a double click selects all of it. The checksum lets scanners tell a leaked key from any other text of
// this shape (regular expression: ms_[a-z0-9]{16}_[a-km-np-z2-9]{39}); it protects nothing.
constexpr std::string_view kKeyLetters = "abcdefghijkmnpqrstuvwxyz23456789";
constexpr std::string_view kKeyPrefix = "ms_";
constexpr std::size_t kKeyIdSize = 16;
constexpr std::size_t kSecretSize = 39;
constexpr std::size_t kApiKeySize = 3 + kKeyIdSize + 1 + kSecretSize;

// The two parts of a key, views into its text.
struct ApiKey {
  std::string_view id;
  std::string_view secret;
};

[[nodiscard]] bool is_key_id(std::string_view text);

// Nothing for any text that is not exactly a key. Looks at kApiKeySize bytes at most.
[[nodiscard]] std::optional<ApiKey> parse_api_key(std::string_view text);

// 80 bits for the id, 160 for the secret.
using KeyEntropy = std::span<const std::uint8_t, 30>;
[[nodiscard]] Secret api_key_of(KeyEntropy random);

// A new key from the system's random numbers (OpenSSL's private generator). Thread-safe.
[[nodiscard]] Result<Secret> make_api_key();

}  // namespace metricstream::auth
