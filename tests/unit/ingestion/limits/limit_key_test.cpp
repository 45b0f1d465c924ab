#include "services/ingestion/limits/limit_key.hpp"

#include <gtest/gtest.h>

namespace metricstream::limits {
namespace {

TEST(RemotePrefix, IsTheWholeOfAnIpv4Address) {
  EXPECT_EQ(remote_prefix("192.0.2.1"), (RemotePrefix{4, 192, 0, 2, 1}));
  EXPECT_EQ(remote_prefix("0.0.0.0"), (RemotePrefix{4}));
  EXPECT_NE(remote_prefix("192.0.2.1"), remote_prefix("192.0.2.2"));
}

TEST(RemotePrefix, IsTheFirst64BitsOfAnIpv6Address) {
  EXPECT_EQ(remote_prefix("2001:db8:1:2:3:4:5:6"), (RemotePrefix{6, 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2}));
  EXPECT_EQ(remote_prefix("2001:db8:1:2::"), remote_prefix("2001:0DB8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(remote_prefix("2001:db8:1:2::"), remote_prefix("2001:db8:1:3::"));
  EXPECT_EQ(remote_prefix("fe80::1%eth0"), remote_prefix("fe80::2"));
  EXPECT_EQ(remote_prefix("::1"), (RemotePrefix{6}));
}

TEST(RemotePrefix, OfAnIpv4AddressInIpv6FormIsThatOfIpv4) {
  EXPECT_EQ(remote_prefix("::ffff:192.0.2.1"), remote_prefix("192.0.2.1"));
  EXPECT_EQ(remote_prefix("::ffff:c000:201"), remote_prefix("192.0.2.1"));
  EXPECT_NE(remote_prefix("::fffe:192.0.2.1"), remote_prefix("192.0.2.1"));
}

TEST(RemotePrefix, OfWhatIsNoAddressIsOneForAll) {
  for (const char* text : {"", "localhost", "192.0.2", "192.0.2.1:80", "[::1]", "1.2.3.4.5", "0x7f.1", "%", ":::"}) {
    EXPECT_EQ(remote_prefix(text), RemotePrefix{}) << text;
  }
}

TEST(LimitKeys, DifferByClientHostAndSeed) {
  const Hash128 client = client_key("a", 1);
  EXPECT_EQ(client, client_key("a", 1));
  EXPECT_NE(client, client_key("b", 1));
  EXPECT_NE(client, client_key("a", 2));
  EXPECT_NE(host_key(client, "h"), host_key(client, "i"));
  EXPECT_NE(host_key(client_key("ab", 1), "c"), host_key(client_key("a", 1), "bc"));
  EXPECT_NE(remote_key(remote_prefix("192.0.2.1"), 1), remote_key(remote_prefix("192.0.2.1"), 2));
  EXPECT_NE(remote_key(remote_prefix("192.0.2.1"), 1), remote_key(remote_prefix("192.0.2.2"), 1));
}

}  // namespace
}  // namespace metricstream::limits
