#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "common/base/hash.hpp"
#include "services/ingestion/batch_key.hpp"
#include "services/ingestion/client_id.hpp"

namespace metricstream::ingestion {
namespace {

std::string id_of(const ClientClaims& claims) {
  const auto id = resolve_client_id(claims);
  return id ? *id : "refused: " + id.error().message;
}

bool is_refused(const ClientClaims& claims) { return !resolve_client_id(claims).has_value(); }

TEST(ClientId, IsTheFirstClaimThatIsThere) {
  EXPECT_EQ(id_of({.authorization = "my_client_id", .client_id_header = "b", .body_id = "c"}), "my_client_id");
  EXPECT_EQ(id_of({.authorization = {}, .client_id_header = "b", .body_id = "c"}), "b");
  EXPECT_EQ(id_of({.authorization = {}, .client_id_header = {}, .body_id = "c"}), "c");
  EXPECT_EQ(id_of({}), "anonymous");
}

TEST(ClientId, OfBasicIsTheUserNameWithoutThePassword) {
  EXPECT_EQ(id_of({.authorization = "Basic YWxpY2U6c2VjcmV0"}), "alice");
  EXPECT_EQ(id_of({.authorization = "basic YWxpY2U6"}), "alice");
  EXPECT_EQ(id_of({.authorization = "BASIC  YWxpY2U6YTpi"}), "alice") << "a password may hold a colon";
  EXPECT_TRUE(is_refused({.authorization = "Basic YWxpY2U="})) << "no colon";
  EXPECT_TRUE(is_refused({.authorization = "Basic !!!!"}));
  EXPECT_TRUE(is_refused({.authorization = "Basic OnNlY3JldA=="})) << "an empty user name";
  for (const char* bare : {"Basic", "basic ", "Bearer", "Token"}) {
    EXPECT_TRUE(is_refused({.authorization = bare})) << bare << ": a scheme is nobody's name";
  }
}

TEST(ClientId, OfASecretIsItsHash) {
  const std::string id = id_of({.authorization = "Bearer tops3cret"});
  // SHA-256 of "tops3cret", the first 16 bytes.
  EXPECT_TRUE(id.starts_with("key-"));
  EXPECT_EQ(id.size(), 36U);
  EXPECT_FALSE(id.contains("tops3cret"));
  EXPECT_EQ(id_of({.authorization = "Token tops3cret"}), id);
  EXPECT_EQ(id_of({.authorization = "bearer  tops3cret"}), id);
  EXPECT_NE(id_of({.authorization = "Bearer other"}), id);
  EXPECT_TRUE(is_refused({.authorization = "Bearer "}));
  EXPECT_EQ(id_of({.authorization = "Bearer abc"}), "key-ba7816bf8f01cfea414140de5dae2223") << "FIPS 180-2, B.1";
}

// As where OpenSSL is configured for FIPS without its provider, or without memory.
TEST(ClientId, OfASecretIsNoneWithoutTheHash) {
  ASSERT_EQ(EVP_set_default_properties(nullptr, "fips=yes"), 1);
  EXPECT_THROW(id_of({.authorization = "Bearer one"}), std::runtime_error);
  ASSERT_EQ(EVP_set_default_properties(nullptr, ""), 1);
  EXPECT_NE(id_of({.authorization = "Bearer one"}), id_of({.authorization = "Bearer two"}));
}

TEST(ClientId, ThatCannotBeOneIsRefusedAndNeverReplacedByTheNextClaim) {
  EXPECT_TRUE(is_refused({.authorization = "", .client_id_header = "b"}));
  EXPECT_TRUE(is_refused({.authorization = "Digest a=b", .client_id_header = "b"})) << "a blank";
  EXPECT_TRUE(is_refused({.authorization = {}, .client_id_header = "a\\b"}));
  EXPECT_TRUE(is_refused({.authorization = {}, .client_id_header = std::string_view("a\0b", 3)}));
  EXPECT_TRUE(is_refused({.authorization = {}, .client_id_header = {}, .body_id = "web server"}));
  const std::string longest(128, 'x');
  EXPECT_EQ(id_of({.authorization = longest}), longest);
  EXPECT_TRUE(is_refused({.authorization = longest + "x"}));
}

TEST(ClientId, RefusalsRepeatNothingOfWhatWasSent) {
  const auto id = resolve_client_id({.authorization = "my secret words"});
  ASSERT_FALSE(id.has_value());
  EXPECT_FALSE(id.error().message.contains("secret"));
}

TEST(BatchKey, IsTheFieldElseTheMemberTogetherWithTheBodysHash) {
  const auto by_field = identify_batch("field", "member", "body", true);
  ASSERT_TRUE(by_field.key.has_value());
  EXPECT_EQ(by_field.key->client_key, "field");
  EXPECT_EQ(by_field.key->body_hash, hash128("body"));
  EXPECT_EQ(by_field.batch_id, "field");
  EXPECT_EQ(identify_batch({}, "member", "body", false).key->client_key, "member");
}

TEST(BatchKey, ReusedWithAnotherBodyNamesAnotherBatch) {
  EXPECT_NE(identify_batch("k", {}, "one", true).key->body_hash, identify_batch("k", {}, "two", true).key->body_hash);
}

TEST(BatchKey, IsTheHashAloneOnlyWhereEqualBodiesAreTheSameReadings) {
  const auto readings = identify_batch({}, {}, "body", true);
  ASSERT_TRUE(readings.key.has_value());
  EXPECT_EQ(readings.key->client_key, "");
  EXPECT_EQ(readings.batch_id, to_hex(hash128("body").view()));
  EXPECT_FALSE(identify_batch({}, {}, "body", false).key.has_value());
}

}  // namespace
}  // namespace metricstream::ingestion
