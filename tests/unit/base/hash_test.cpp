#include "common/base/hash.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace metricstream {
namespace {

// The values of xxHash's own `xxhsum -H3` and `-H2` of nothing.
TEST(Hash, IsXxh3InCanonicalByteOrder) {
  EXPECT_EQ(to_hex(hash64("")), "2d06800538d394c2");
  EXPECT_EQ(to_hex(hash128("").view()), "99aa06d3014798d86001c324468d497f");
}

TEST(Hash, ReadsBackFromItsBytes) {
  const Hash128 hash = hash128("a batch");
  EXPECT_EQ(Hash128::from_view(hash.view()), hash);
  EXPECT_EQ(Hash128::from_view("").bytes, Hash128{}.bytes);
}

TEST(Hash, EveryByteCounts) {
  std::set<Hash128> seen;
  std::string text(64, 'x');
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'a', '\0', '\xff'}) {
      std::string changed = text;
      changed[i] = c;
      EXPECT_TRUE(seen.insert(hash128(changed)).second);
    }
  }
  EXPECT_NE(hash128("x"), hash128(std::string("x\0", 2)));
}

TEST(Hash, EverySeedIsAnotherFunction) {
  std::set<Hash128> seen{hash128("a client")};
  for (std::uint64_t seed = 1; seed < 1000; ++seed) EXPECT_TRUE(seen.insert(hash128("a client", seed)).second) << seed;
  EXPECT_EQ(hash128("a client", 7), hash128("a client", 7));
  EXPECT_NE(hash128("a client", 7), hash128("b client", 7));
}

TEST(TableHash, IsEqualForEqualKeys) {
  EXPECT_EQ(TableHash{}("abc"), TableHash{}(std::string("abc")));
  EXPECT_EQ(TableHash{}(hash128("abc")), TableHash{}(hash128("abc")));
  EXPECT_NE(TableHash{}(hash128("abc")), TableHash{}(hash128("abd")));
}

TEST(ToHex, WritesEveryByteInTwoLowerCaseDigits) {
  EXPECT_EQ(to_hex(std::string_view("\x00\x0f\xa0\xff", 4)), "000fa0ff");
  EXPECT_EQ(to_hex(std::uint64_t{0x1234}), "0000000000001234");
}

}  // namespace
}  // namespace metricstream
