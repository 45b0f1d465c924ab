#include "common/auth/api_key.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>

namespace metricstream::auth {
namespace {

std::string key_of(std::mt19937& random) {
  std::array<std::uint8_t, KeyEntropy::extent> bytes{};
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return api_key_of(bytes).reveal();
}

TEST(ApiKey, HasThisText) {
  // By a second implementation, with zlib.crc32 of Python.
  std::array<std::uint8_t, KeyEntropy::extent> bytes{};
  EXPECT_EQ(api_key_of(bytes).reveal(), "ms_aaaaaaaaaaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaau8uvad");
  bytes.fill(0xff);
  EXPECT_EQ(api_key_of(bytes).reveal(), "ms_9999999999999999_99999999999999999999999999999999cawmyct");
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(api_key_of(bytes).reveal(), "ms_aaasea2eawdaqcaj_bifs2diqb6ibcesvcsktnf22depbyha7b7utc87");
}

TEST(ApiKey, IsReadAsItWasMade) {
  std::mt19937 random(1);
  for (int round = 0; round < 1000; ++round) {
    const std::string text = key_of(random);
    ASSERT_EQ(text.size(), kApiKeySize);
    const auto key = parse_api_key(text);
    ASSERT_TRUE(key) << text;
    EXPECT_EQ("ms_" + std::string(key->id) + "_" + std::string(key->secret), text);
    EXPECT_TRUE(is_key_id(key->id));
    EXPECT_EQ(text.find_first_not_of(std::string(kKeyLetters) + "_"), std::string::npos);
  }
}

TEST(ApiKey, WithAnyOneByteChangedIsNone) {
  std::mt19937 random(2);
  const std::string text = key_of(random);
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[i] = static_cast<char>(byte);
      ASSERT_EQ(parse_api_key(changed).has_value(), changed == text) << i << " " << byte;
    }
  }
}

TEST(ApiKey, OfAnotherLengthIsNone) {
  std::mt19937 random(3);
  const std::string text = key_of(random);
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(parse_api_key(text.substr(0, size)));
  for (const char* more : {"a", " ", "\n", "=", "_"}) {
    EXPECT_FALSE(parse_api_key(text + more));
    EXPECT_FALSE(parse_api_key(more + text));
  }
  EXPECT_FALSE(parse_api_key(std::string(1 << 20, 'a')));
  EXPECT_FALSE(parse_api_key(std::string_view("\0", 1)));
}

TEST(ApiKey, IdsOfOtherMakersMayHaveAnyDigitOrLowerCaseLetter) {
  EXPECT_TRUE(is_key_id("0123456789abcdef"));
  EXPECT_TRUE(is_key_id("lolololololololo"));
  EXPECT_FALSE(is_key_id("0123456789abcdeF"));
  EXPECT_FALSE(is_key_id("0123456789abcde"));
  EXPECT_FALSE(is_key_id("0123456789abcdef0"));
  EXPECT_FALSE(is_key_id("0123456789abcde_"));
}

TEST(ApiKey, OfTheSystemsRandomNumbersIsAnotherEachTimeAndUsesEveryLetterEverywhere) {
  std::set<std::string> keys;
  std::array<std::set<char>, kApiKeySize> letters;
  for (int round = 0; round < 2000; ++round) {
    const auto key = make_api_key();
    ASSERT_TRUE(key);
    ASSERT_TRUE(parse_api_key(key->reveal()));
    keys.insert(key->reveal());
    for (std::size_t i = 0; i < kApiKeySize; ++i) letters[i].insert(key->reveal()[i]);
  }
  EXPECT_EQ(keys.size(), 2000U);
  // 2000 draws miss one of 32 letters at some of 48 places with a probability of 48 x 32 x (31/32)^2000 < 1e-24.
  for (std::size_t i = 3; i < 3 + kKeyIdSize; ++i) EXPECT_EQ(letters[i].size(), 32U) << i;
  for (std::size_t i = 20; i < 52; ++i) EXPECT_EQ(letters[i].size(), 32U) << i;
}

}  // namespace
}  // namespace metricstream::auth
