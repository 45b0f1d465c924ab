#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/auth/key_file.hpp"
#include "common/auth/secret_hasher.hpp"
#include "common/base/clock.hpp"
#include "common/base/hash.hpp"

namespace metricstream::auth {

// Who a request comes from.
struct KeyOwner {
  std::string client;
  std::string tenant;
  std::string key_id;  // or the certificate's name, by which it is known here: for logs
};

// A certificate that could be one client's as well as another's.
struct TwoOwners {};

// All keys of one key file, ready to be asked. Immutable, so any number of threads may share it; owners live as long as
// the table.
class KeyTable {
 public:
  // `file` is one that was read without problems; entries without a hash are passed over.
  KeyTable(KeyFile file, std::shared_ptr<const SecretHasher> hasher);
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;

  // The owner of the key, or null: no key at all, an unknown id, another secret, expired or revoked by `now`. Whichever
  // it is, one hash of kSecretSize bytes is computed and one compared, in constant time, so that the answer's delay
  // tells nothing but whether the id exists at most (that is no secret). Allocates nothing that depends on `presented`,
  // looks at no more than kApiKeySize bytes of it, does not block.
  [[nodiscard]] const KeyOwner* authenticate(std::string_view presented, TimeNs now) const;

  // The owner by the subject alternative names of a certificate that was verified: "DNS:host", "URI:...", "email:...".
  // Null where none of them is known; an error where two belong to different clients, which nothing else that is shown
  // makes good.
  [[nodiscard]] std::expected<const KeyOwner*, TwoOwners> owner_of_certificate(
      std::span<const std::string> names) const;

  [[nodiscard]] std::size_t key_count() const { return keys_.size(); }
  [[nodiscard]] std::size_t active_key_count(TimeNs now) const;
  [[nodiscard]] std::size_t certificate_count() const { return certificates_.size(); }

 private:
  struct Key {
    KeyOwner owner;
    SecretHash hash;
    std::optional<Instant> expires;
    bool is_revoked = true;

    [[nodiscard]] bool is_active(TimeNs now) const { return !is_revoked && (!expires || now < expires->ns); }
  };

  std::shared_ptr<const SecretHasher> hasher_;
  std::vector<Key> keys_;
  std::unordered_map<std::string_view, std::uint32_t, TableHash> by_id_;  // views into keys_
  std::unordered_map<std::string, KeyOwner> certificates_;                // by normalized name
  Key nobody_;  // whom every key is compared with that has no entry
};

}  // namespace metricstream::auth
