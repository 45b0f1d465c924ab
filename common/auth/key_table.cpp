#include "common/auth/key_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "common/auth/api_key.hpp"

namespace metricstream::auth {
namespace {

constexpr auto kNoSecret = [] {
  std::array<char, kSecretSize> out{};
  out.fill('a');
  return out;
}();

}  // namespace

KeyTable::KeyTable(KeyFile file, std::shared_ptr<const SecretHasher> hasher) : hasher_(std::move(hasher)) {
  keys_.reserve(file.keys.size());
  by_id_.reserve(file.keys.size());
  for (KeyEntry& entry : file.keys) {
    if (!entry.hash) continue;
    keys_.push_back({.owner = {std::move(entry.client), std::move(entry.tenant), std::move(entry.id)},
                     .hash = *entry.hash,
                     .expires = entry.expires,
                     .is_revoked = entry.revoked});
    // The first of two would win; the file's check lets no second in.
    by_id_.emplace(keys_.back().owner.key_id, static_cast<std::uint32_t>(keys_.size() - 1));
  }
  for (CertificateEntry& entry : file.certificates) {
    auto name = normalized_san(entry.san);
    if (!name) continue;
    KeyOwner owner{std::move(entry.client), std::move(entry.tenant), *name};
    certificates_.emplace(*std::move(name), std::move(owner));
  }
}

const KeyOwner* KeyTable::authenticate(std::string_view presented, TimeNs now) const {
  const std::optional<ApiKey> key = parse_api_key(presented);
  const auto found = by_id_.find(key ? key->id : std::string_view{});
  const Key& entry = found == by_id_.end() ? nobody_ : keys_[found->second];
  const std::string_view secret = key ? key->secret : std::string_view(kNoSecret.data(), kNoSecret.size());
  const bool is_right = is_same(hasher_->hash(secret), entry.hash);
  const bool is_active = entry.is_active(now);
  return is_right && is_active ? &entry.owner : nullptr;
}

std::expected<const KeyOwner*, TwoOwners> KeyTable::owner_of_certificate(std::span<const std::string> names) const {
  const KeyOwner* owner = nullptr;
  for (const std::string& name : names) {
    const auto san = normalized_san(name);
    const auto found = san ? certificates_.find(*san) : certificates_.end();
    if (found == certificates_.end()) continue;
    const KeyOwner& other = found->second;
    if (owner != nullptr && (owner->client != other.client || owner->tenant != other.tenant)) {
      return std::unexpected(TwoOwners{});
    }
    if (owner == nullptr) owner = &other;
  }
  return owner;
}

std::size_t KeyTable::active_key_count(TimeNs now) const {
  return static_cast<std::size_t>(std::ranges::count_if(keys_, [now](const Key& key) { return key.is_active(now); }));
}

}  // namespace metricstream::auth
