#include "common/auth/key_table.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/auth/fixture.hpp"

namespace metricstream::auth::test {
namespace {

// Counts the work. One thread.
class CountingHasher final : public SecretHasher {
 public:
  [[nodiscard]] SecretHash hash(std::string_view secret) const override {
    ++count_;
    bytes_ += secret.size();
    return inner_->hash(secret);
  }
  // {hashes, bytes hashed} since the last call.
  std::pair<int, std::size_t> take() { return {std::exchange(count_, 0), std::exchange(bytes_, 0)}; }

 private:
  std::shared_ptr<const SecretHasher> inner_ = hasher();
  mutable int count_ = 0;
  mutable std::size_t bytes_ = 0;
};

constexpr std::uint32_t kGood = 1;
constexpr std::uint32_t kRevoked = 2;
constexpr std::uint32_t kExpired = 3;
constexpr std::uint32_t kExpiring = 4;
constexpr std::uint32_t kUnknown = 5;

KeyFile sample_file() {
  KeyFile file;
  file.keys = {entry_of(kGood, "web"), entry_of(kRevoked, "db"), entry_of(kExpired, "cache"),
               entry_of(kExpiring, "api")};
  file.keys[0].tenant = "acme";
  file.keys[1].revoked = true;
  file.keys[2].expires = Instant{kNow - kSecond};
  file.keys[3].expires = Instant{kNow};
  return file;
}

std::string client_of(const KeyTable& table, std::string_view key, TimeNs now = kNow) {
  const KeyOwner* owner = table.authenticate(key, now);
  return owner == nullptr ? "nobody" : owner->client;
}

TEST(KeyTable, KnowsTheOwnerOfAKey) {
  const KeyTable table(sample_file(), hasher());
  const KeyOwner* owner = table.authenticate(key_text(kGood), kNow);
  ASSERT_NE(owner, nullptr);
  EXPECT_EQ(owner->client, "web");
  EXPECT_EQ(owner->tenant, "acme");
  EXPECT_EQ(owner->key_id, id_of(kGood));
  EXPECT_EQ(table.key_count(), 4U);
  EXPECT_EQ(table.active_key_count(kNow), 1U);
  EXPECT_EQ(table.active_key_count(kNow - 1), 2U);
}

TEST(KeyTable, TakesAHashThatAnotherProgramMade) {
  // printf %s bifs2diqb6ibcesvcsktnf22depbyha7b7utc87 | openssl dgst -sha256 -hmac "$PEPPER"
  KeyFile file;
  file.keys = {entry_of(kGood, "web")};
  file.keys[0].id = "aaasea2eawdaqcaj";
  file.keys[0].hash = parse_secret_hash("a4bb1f4b0fa8b8818d224890d80c4a87ad46eb252778f21af9943a7a86cde006");
  const KeyTable table(std::move(file), hasher());
  EXPECT_EQ(client_of(table, "ms_aaasea2eawdaqcaj_bifs2diqb6ibcesvcsktnf22depbyha7b7utc87"), "web");
}

TEST(KeyTable, LetsNobodyElseIn) {
  const KeyTable table(sample_file(), hasher());
  for (const std::uint32_t seed : {kRevoked, kExpired, kUnknown}) EXPECT_EQ(client_of(table, key_text(seed)), "nobody");
  EXPECT_EQ(client_of(table, ""), "nobody");
  EXPECT_EQ(client_of(table, key_text(kGood) + "a"), "nobody");
  // Another key's secret under a known id; its checksum is right for it.
  std::array<std::uint8_t, KeyEntropy::extent> bytes{};
  EXPECT_EQ(client_of(table, api_key_of(bytes).reveal()), "nobody");
  EXPECT_EQ(client_of(KeyTable({}, hasher()), key_text(kGood)), "nobody");
}

TEST(KeyTable, AKnownIdWithAnotherSecretIsRefused) {
  // The same id bytes, other secret bytes.
  std::array<std::uint8_t, KeyEntropy::extent> bytes{};
  const std::string known = api_key_of(bytes).reveal();
  bytes.back() = 1;
  const std::string other = api_key_of(bytes).reveal();
  ASSERT_EQ(parse_api_key(known)->id, parse_api_key(other)->id);
  KeyFile file;
  file.keys = {entry_of(kGood, "web")};
  file.keys[0].id = std::string(parse_api_key(known)->id);
  file.keys[0].hash = hasher()->hash(parse_api_key(known)->secret);
  const KeyTable table(std::move(file), hasher());
  EXPECT_EQ(client_of(table, known), "web");
  EXPECT_EQ(client_of(table, other), "nobody");
}

TEST(KeyTable, AKeyEndsAtTheInstantThatItExpires) {
  const KeyTable table(sample_file(), hasher());
  EXPECT_EQ(client_of(table, key_text(kExpiring), kNow - 1), "api");
  EXPECT_EQ(client_of(table, key_text(kExpiring), kNow), "nobody");
}

TEST(KeyTable, WithAnotherPepperNoKeyIsRight) {
  const auto other = make_secret_hasher(Secret(std::string(32, 'x')));
  ASSERT_TRUE(other);
  EXPECT_EQ(client_of(KeyTable(sample_file(), *other), key_text(kGood)), "nobody");
}

TEST(KeyTable, DoesTheSameWorkWhicheverWayItEnds) {
  const auto counting = std::make_shared<CountingHasher>();
  const KeyTable table(sample_file(), counting);
  EXPECT_EQ(counting->take(), std::pair(0, std::size_t{0})) << "none to build the table";
  const std::pair expected(1, kSecretSize);
  std::string wrong_secret = key_text(kGood);
  wrong_secret.replace(20, 32, key_text(kUnknown).substr(20, 32));  // and so a wrong checksum
  const std::map<std::string, std::string> keys{{"right", key_text(kGood)},
                                                {"revoked", key_text(kRevoked)},
                                                {"expired", key_text(kExpired)},
                                                {"expiring now", key_text(kExpiring)},
                                                {"unknown", key_text(kUnknown)},
                                                {"wrong checksum", wrong_secret},
                                                {"empty", ""},
                                                {"short", "ms_"},
                                                {"no prefix", std::string(kApiKeySize, 'a')},
                                                {"long", std::string(8000, 'a')}};
  for (const auto& [name, key] : keys) {
    EXPECT_EQ(table.authenticate(key, kNow) != nullptr, name == "right") << name;
    EXPECT_EQ(counting->take(), expected) << name;
  }
  const KeyTable empty({}, counting);
  EXPECT_EQ(empty.authenticate(key_text(kGood), kNow), nullptr);
  EXPECT_EQ(counting->take(), expected) << "an empty table";
}

TEST(KeyTable, FindsEachOfManyKeysAndNoOther) {
  KeyFile file;
  for (std::uint32_t seed = 0; seed < 500; ++seed) file.keys.push_back(entry_of(seed, "c" + std::to_string(seed)));
  const KeyTable table(std::move(file), hasher());
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    EXPECT_EQ(client_of(table, key_text(seed)), seed < 500 ? "c" + std::to_string(seed) : "nobody");
  }
}

std::string certificate_owner(const KeyTable& table, std::vector<std::string> names) {
  const auto found = table.owner_of_certificate(names);
  if (!found) return "two";
  return *found == nullptr ? "nobody" : (*found)->tenant + "/" + (*found)->client + " by " + (*found)->key_id;
}

TEST(KeyTable, KnowsTheOwnerOfACertificateByItsNames) {
  KeyFile file;
  file.certificates = {{"DNS:Agent-1.Example", "web", "acme"},
                       {"URI:spiffe://example/Web", "web", "acme"},
                       {"email:ops@Example.org", "ops", "default"}};
  const KeyTable table(std::move(file), hasher());
  EXPECT_EQ(certificate_owner(table, {"DNS:agent-1.EXAMPLE"}), "acme/web by DNS:agent-1.example");
  EXPECT_EQ(certificate_owner(table, {"DNS:other", "URI:spiffe://example/Web"}),
            "acme/web by URI:spiffe://example/Web");
  EXPECT_EQ(certificate_owner(table, {"URI:spiffe://example/web"}), "nobody") << "paths have case";
  EXPECT_EQ(certificate_owner(table, {"email:ops@example.ORG"}), "default/ops by email:ops@example.org");
  EXPECT_EQ(certificate_owner(table, {"email:OPS@example.org"}), "nobody") << "so have local parts";
  EXPECT_EQ(certificate_owner(table, {"DNS:agent-1.example", "URI:spiffe://example/Web"}),
            "acme/web by DNS:agent-1.example")
      << "two names of one client";
  EXPECT_EQ(certificate_owner(table, {"DNS:agent-1.example", "email:ops@example.org"}), "two");
  EXPECT_EQ(certificate_owner(table, {"DNS:unknown", "email:ops@example.org", "DNS:", "DNS:agent-1.example"}), "two");
  EXPECT_EQ(certificate_owner(table, {}), "nobody");
  EXPECT_EQ(certificate_owner(table, {"agent-1.example", "DNS:", "IP:127.0.0.1", "DNS:*.example"}), "nobody");
  EXPECT_EQ(table.certificate_count(), 3U);
}

}  // namespace
}  // namespace metricstream::auth::test
