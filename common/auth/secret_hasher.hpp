#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"

namespace metricstream::auth {

// HMAC-SHA-256 (RFC 2104, FIPS 198-1) with the pepper as its key, over a secret's text. A fast hash is the right one
// here: the secret has 160 random bits, nothing can be guessed, and a slow hash would let anybody keep the servers
// busy.
struct SecretHash {
  std::array<std::uint8_t, 32> bytes{};
  bool operator==(const SecretHash&) const = default;  // not in constant time: for tests and editing
};

// 64 hexadecimal digits.
[[nodiscard]] std::optional<SecretHash> parse_secret_hash(std::string_view text);
[[nodiscard]] std::string to_hex(const SecretHash& hash);

// In constant time.
[[nodiscard]] bool is_same(const SecretHash& a, const SecretHash& b);

// Behind an interface so that a test can count the work. Thread-safe.
class SecretHasher {
 public:
  virtual ~SecretHasher() = default;
  [[nodiscard]] virtual SecretHash hash(std::string_view secret) const = 0;
};

constexpr std::size_t kMinPepperSize = 32;
constexpr std::size_t kMaxPepperSize = 4096;

// Fails where the pepper is shorter or longer than that. The hasher throws std::runtime_error where OpenSSL fails (no
// memory): whoever asks is then not let in.
[[nodiscard]] Result<std::shared_ptr<const SecretHasher>> make_secret_hasher(const Secret& pepper);

// A pepper of 256 random bits as 64 hexadecimal digits.
[[nodiscard]] Result<Secret> make_pepper();

// 16 hexadecimal digits that tell one pepper from another and nothing about it. In a key file they make an exchanged
// pepper an error at loading; without them it would silently refuse everybody.
[[nodiscard]] std::string pepper_fingerprint(const SecretHasher& hasher);

}  // namespace metricstream::auth
