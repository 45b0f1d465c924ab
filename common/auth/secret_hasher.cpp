#include "common/auth/secret_hasher.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <stdexcept>
#include <utility>

#include "common/base/hash.hpp"
#include "common/base/hex.hpp"

namespace metricstream::auth {
namespace {

struct FreeContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};

// Keyed, nothing hashed yet; null where OpenSSL fails.
Context make_context(const Secret& pepper) {
  const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  if (!mac) return nullptr;
  Context context(EVP_MAC_CTX_new(mac.get()));
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  const auto* key = reinterpret_cast<const unsigned char*>(pepper.reveal().data());
  if (!context || EVP_MAC_init(context.get(), key, pepper.reveal().size(), parameters) != 1) return nullptr;
  return context;
}

// Each hash continues a copy of the keyed context: its two blocks of key are hashed once and not each time, and the
// original is only read, so that any number of threads may share it.
class PepperedHasher final : public SecretHasher {
 public:
  explicit PepperedHasher(Context keyed) : keyed_(std::move(keyed)) {}

  [[nodiscard]] SecretHash hash(std::string_view secret) const override {
    const Context context(EVP_MAC_CTX_dup(keyed_.get()));
    SecretHash out;
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(secret.data());
    if (!context || EVP_MAC_update(context.get(), bytes, secret.size()) != 1 ||
        EVP_MAC_final(context.get(), out.bytes.data(), &size, out.bytes.size()) != 1 || size != out.bytes.size()) {
      throw std::runtime_error("OpenSSL cannot compute an HMAC-SHA-256");
    }
    return out;
  }

 private:
  Context keyed_;
};

}  // namespace

std::optional<SecretHash> parse_secret_hash(std::string_view text) {
  SecretHash out;
  if (text.size() != 2 * out.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < out.bytes.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return out;
}

std::string to_hex(const SecretHash& hash) {
  return metricstream::to_hex(std::string_view(reinterpret_cast<const char*>(hash.bytes.data()), hash.bytes.size()));
}

bool is_same(const SecretHash& a, const SecretHash& b) {
  return CRYPTO_memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0;
}

Result<std::shared_ptr<const SecretHasher>> make_secret_hasher(const Secret& pepper) {
  const std::size_t size = pepper.reveal().size();
  if (size < kMinPepperSize || size > kMaxPepperSize) {
    return fail("has " + std::to_string(size) + " bytes, expected " + std::to_string(kMinPepperSize) + " to " +
                std::to_string(kMaxPepperSize) + " (make one by: openssl rand -hex 32)");
  }
  Context keyed = make_context(pepper);
  if (!keyed) return fail("OpenSSL has no HMAC-SHA-256");
  return std::make_shared<const PepperedHasher>(std::move(keyed));
}

Result<Secret> make_pepper() {
  std::array<char, 32> random{};
  auto* bytes = reinterpret_cast<unsigned char*>(random.data());
  if (RAND_priv_bytes(bytes, static_cast<int>(random.size())) != 1) return fail("the system gives no random numbers");
  Secret pepper(metricstream::to_hex(std::string_view(random.data(), random.size())));
  OPENSSL_cleanse(random.data(), random.size());
  return pepper;
}

std::string pepper_fingerprint(const SecretHasher& hasher) {
  // No secret has blanks, so this is the hash of none.
  return to_hex(hasher.hash("metricstream pepper fingerprint")).substr(0, 16);
}

}  // namespace metricstream::auth
