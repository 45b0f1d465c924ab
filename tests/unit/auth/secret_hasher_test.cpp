#include "common/auth/secret_hasher.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/auth/fixture.hpp"

namespace metricstream::auth::test {
namespace {

TEST(SecretHasher, IsHmacSha256) {
  // RFC 4231, test case 6.
  const auto hasher = make_secret_hasher(Secret(std::string(131, '\xaa')));
  ASSERT_TRUE(hasher);
  EXPECT_EQ(to_hex((*hasher)->hash("Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  // printf aaaa | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
  EXPECT_EQ(to_hex(test::hasher()->hash("aaaa")), "de274ebab0cd37ee001ce46adfee2a710334d5280ae33b2f8cc08842859ed80d");
}

TEST(SecretHasher, WantsAPepperOf32To4096Bytes) {
  for (const std::size_t good : {32U, 33U, 4096U}) EXPECT_TRUE(make_secret_hasher(Secret(std::string(good, 'x'))));
  for (const std::size_t bad : {0U, 31U, 4097U}) {
    const auto hasher = make_secret_hasher(Secret(std::string(bad, 'x')));
    ASSERT_FALSE(hasher);
    EXPECT_TRUE(hasher.error().message.starts_with("has " + std::to_string(bad) + " bytes, expected 32 to 4096"));
  }
}

TEST(SecretHasher, ServesManyThreadsAtOnce) {
  const auto shared = hasher();
  const SecretHash expected = shared->hash("secret");
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) wrong += shared->hash("secret") == expected ? 0 : 1;
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

TEST(SecretHash, IsReadAsItIsWritten) {
  const SecretHash hash = hasher()->hash("secret");
  EXPECT_EQ(parse_secret_hash(to_hex(hash)), hash);
  std::string upper = to_hex(hash);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(parse_secret_hash(upper), hash);
  EXPECT_FALSE(parse_secret_hash(upper + "0"));
  EXPECT_FALSE(parse_secret_hash(upper.substr(1)));
  EXPECT_FALSE(parse_secret_hash(""));
  for (std::size_t i = 0; i < upper.size(); ++i) {
    std::string bad = upper;
    bad[i] = 'g';
    EXPECT_FALSE(parse_secret_hash(bad)) << i;
  }
}

TEST(SecretHash, ComparesEveryByte) {
  const SecretHash hash = hasher()->hash("secret");
  EXPECT_TRUE(is_same(hash, SecretHash(hash)));
  for (std::size_t i = 0; i < hash.bytes.size(); ++i) {
    SecretHash other = hash;
    other.bytes[i] ^= 1U;
    EXPECT_FALSE(is_same(hash, other)) << i;
  }
}

TEST(Pepper, IsAnotherEachTimeAndFitsAHasher) {
  const auto one = make_pepper();
  const auto two = make_pepper();
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->reveal().size(), 64U);
  EXPECT_NE(one->reveal(), two->reveal());
  const auto hasher_one = make_secret_hasher(*one);
  const auto hasher_two = make_secret_hasher(*two);
  ASSERT_TRUE(hasher_one && hasher_two);
  EXPECT_NE(pepper_fingerprint(**hasher_one), pepper_fingerprint(**hasher_two));
  EXPECT_EQ(pepper_fingerprint(**hasher_one), pepper_fingerprint(**make_secret_hasher(*one)));
  EXPECT_EQ(pepper_fingerprint(**hasher_one).size(), 16U);
}

}  // namespace
}  // namespace metricstream::auth::test
