#include "common/http/forwarded.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace metricstream::http {
namespace {

const std::vector<AddressRange> kTrusted{AddressRange::parse("10.0.0.0/8").value(),
                                         AddressRange::parse("fd00::/8").value()};

// The client's address, or "" for the peer's own.
std::string client(const std::vector<std::string>& fields) {
  RequestHead head;
  for (const std::string& value : fields) EXPECT_TRUE(head.add_field({"x-forwarded-for", value}));
  const auto found = forwarded_client(head, kTrusted);
  return found ? found->text() : "";
}

TEST(ForwardedClient, IsTheRightMostThatIsNoTrustedProxy) {
  EXPECT_EQ(client({}), "");
  EXPECT_EQ(client({"192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(client({"192.0.2.1, 10.0.0.2"}), "192.0.2.1");
  EXPECT_EQ(client({"198.51.100.1, 192.0.2.1, 10.0.0.2"}), "192.0.2.1") << "what a client claims stays a claim";
  EXPECT_EQ(client({"192.0.2.1, 10.0.0.3,10.0.0.2"}), "192.0.2.1");
  EXPECT_EQ(client({"10.0.0.3, 10.0.0.2"}), "10.0.0.3") << "all trusted: where the request began";
  EXPECT_EQ(client({"198.51.100.1", "192.0.2.1", "10.0.0.2"}), "192.0.2.1") << "several fields are one list";
}

TEST(ForwardedClient, KnowsTheFormsThatProxiesWrite) {
  for (const char* text : {"192.0.2.1", " 192.0.2.1\t", "192.0.2.1:4711", "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:1"}) {
    EXPECT_EQ(client({text}), "192.0.2.1") << text;
  }
  for (const char* text : {"2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711", "2001:DB8::1,[fd00::1]:80"}) {
    EXPECT_EQ(client({text}), "2001:db8::1") << text;
  }
}

TEST(ForwardedClient, IsThePeerWhereTheListIsGarbage) {
  for (const char* text : {"", "unknown", "192.0.2.1;10.0.0.2", "192.0.2.1, ", ",", "192.0.2.1:", "192.0.2.1:port",
                           "[2001:db8::1", "[2001:db8::1]x", "[2001:db8::1]:", "192.0.2.1:123456", "192.0.2.1 10.0.0.2",
                           "localhost", "_hidden", "192.0.2.1, unknown, 10.0.0.2", "'or 1=1"}) {
    EXPECT_EQ(client({text}), "") << text;
  }
  EXPECT_EQ(client({"unknown, 192.0.2.1"}), "192.0.2.1") << "what stands further left is not looked at";
}

TEST(ForwardedClient, CannotBeForgedThroughATrustedProxy) {
  std::mt19937 random(1);
  const std::vector<std::string> claims{"10.0.0.9",    "192.0.2.99",         "unknown", "",
                                        "[fd00::1]:5", "10.0.0.9, 10.0.0.8", "@"};
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> fields;
    for (unsigned i = random() % 3; i > 0; --i) fields.push_back(claims[random() % claims.size()]);
    // The outer proxy appends what it saw, to the last field or as one of its own; the inner ones append proxies.
    if (fields.empty() || random() % 2 == 0) {
      fields.emplace_back("203.0.113.5");
    } else {
      fields.back() += ", 203.0.113.5";
    }
    for (unsigned i = random() % 3; i > 0; --i) fields.back() += ", 10.0.0." + std::to_string(i);
    ASSERT_EQ(client(fields), "203.0.113.5");
  }
}

}  // namespace
}  // namespace metricstream::http
