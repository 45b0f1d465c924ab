#include "common/auth/api_key.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <string>

namespace metricstream::auth {
namespace {

constexpr std::size_t kChecksumSize = 7;
constexpr std::size_t kIdBytes = kKeyIdSize * 5 / 8;

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0xedb88320U : 0U);
    table[i] = value;
  }
  return table;
}

// The CRC-32 of gzip, PNG and Ethernet.
std::uint32_t crc32(std::string_view text) {
  static constexpr auto kTable = crc_table();
  std::uint32_t value = 0xffffffffU;
  for (const char c : text) value = (value >> 8U) ^ kTable[(value ^ static_cast<unsigned char>(c)) & 0xffU];
  return ~value;
}

// `bytes` in groups of 5 bits, highest first.
void append_letters(std::string& out, std::span<const std::uint8_t> bytes) {
  std::uint32_t bits = 0;
  int count = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8U) | byte;
    for (count += 8; count >= 5;) {
      count -= 5;
      out += kKeyLetters[(bits >> count) & 31U];
    }
  }
}

std::array<char, kChecksumSize> checksum_of(std::string_view text) {
  std::array<char, kChecksumSize> out{};
  std::uint32_t rest = crc32(text);
  for (auto letter = out.rbegin(); letter != out.rend(); ++letter, rest >>= 5U) *letter = kKeyLetters[rest & 31U];
  return out;
}

bool is_letter(char c) { return c >= 'a' && c <= 'z' && c != 'l' && c != 'o'; }
bool is_secret_letter(char c) { return is_letter(c) || (c >= '2' && c <= '9'); }
bool is_id_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

bool is_key_id(std::string_view text) { return text.size() == kKeyIdSize && std::ranges::all_of(text, is_id_letter); }

std::optional<ApiKey> parse_api_key(std::string_view text) {
  if (text.size() != kApiKeySize || !text.starts_with(kKeyPrefix)) return std::nullopt;
  const ApiKey key{text.substr(kKeyPrefix.size(), kKeyIdSize), text.substr(text.size() - kSecretSize)};
  if (!is_key_id(key.id) || text[kKeyPrefix.size() + kKeyIdSize] != '_') return std::nullopt;
  if (!std::ranges::all_of(key.secret, is_secret_letter)) return std::nullopt;
  const auto checksum = checksum_of(text.substr(0, text.size() - kChecksumSize));
  if (!text.ends_with(std::string_view(checksum.data(), checksum.size()))) return std::nullopt;
  return key;
}

Secret api_key_of(KeyEntropy random) {
  std::string text;
  text.reserve(kApiKeySize);  // so that no part of it stays behind in a smaller buffer
  text += kKeyPrefix;
  append_letters(text, random.first<kIdBytes>());
  text += '_';
  append_letters(text, random.subspan<kIdBytes>());
  const auto checksum = checksum_of(text);
  text.append(checksum.data(), checksum.size());
  return Secret(std::move(text));
}

Result<Secret> make_api_key() {
  std::array<std::uint8_t, KeyEntropy::extent> random{};
  if (RAND_priv_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return fail("the system gives no random numbers");
  }
  Secret key = api_key_of(random);
  OPENSSL_cleanse(random.data(), random.size());
  return key;
}

}  // namespace metricstream::auth
