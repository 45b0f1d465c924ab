#include "common/http/ip_address.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "common/http/address_limiter.hpp"

namespace metricstream::http {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

TEST(IpAddress, IsTheSameHoweverItIsWritten) {
  EXPECT_EQ(address("::ffff:1.2.3.4"), address("1.2.3.4"));
  EXPECT_EQ(address("2001:DB8:0:0::1"), address("2001:db8::1"));
  EXPECT_NE(address("::1.2.3.4"), address("1.2.3.4"));
  for (const char* text : {"0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1"})
    EXPECT_EQ(address(text).text(), text);
  EXPECT_EQ(address("::ffff:1.2.3.4").text(), "1.2.3.4");
}

TEST(IpAddress, IsNothingElse) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "1.2.3"sv, "1.2.3.4.5"sv, "256.1.1.1"sv, "01.2.3.4"sv, "1.2.3.4 "sv, "1.2.3.4:80"sv, "[::1]"sv,
        "fe80::1%eth0"sv, ":::"sv, "localhost"sv, "1.2.3.4\0"sv, "1\0.2.3.4"sv,
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"sv}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(AddressRange, HoldsTheAddressesThatShareItsPrefix) {
  const auto holds = [](std::string_view range, std::string_view text) {
    return AddressRange::parse(range).value().contains(address(text));
  };
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.255.255"));
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.0.0.1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_FALSE(holds("10.0.0.0/8", "9.255.255.255"));
  EXPECT_TRUE(holds("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(holds("192.0.2.1", "192.0.2.0"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.255"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("0.0.0.0/0", "1.2.3.4"));
  EXPECT_FALSE(holds("0.0.0.0/0", "::1")) << "all of IPv4 is not all";
  EXPECT_TRUE(holds("::/0", "1.2.3.4"));
  EXPECT_TRUE(holds("fd00::/8", "fdff::1"));
  EXPECT_FALSE(holds("fd00::/8", "fe00::1"));
}

TEST(AddressRange, AgreesWithComparingBitByBit) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    IpAddress::Bytes bytes{};
    IpAddress::Bytes other{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(random());
      other[i] = random() % 4 == 0 ? static_cast<std::uint8_t>(random()) : bytes[i];
    }
    const unsigned bits = random() % 129;
    const IpAddress network = IpAddress(bytes).masked(bits);
    bool is_same = true;
    for (unsigned bit = 0; bit < bits; ++bit) {
      const unsigned shift = 7 - bit % 8;
      is_same = is_same && ((bytes[bit / 8] ^ other[bit / 8]) >> shift & 1) == 0;
    }
    EXPECT_EQ(IpAddress(other).masked(bits) == network, is_same);
  }
}

TEST(AddressRange, SaysWhatIsWrong) {
  for (const char* text :
       {"", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "host", "10.0.0.0 /8"}) {
    EXPECT_FALSE(AddressRange::parse(text)) << text;
  }
  const auto slip = AddressRange::parse("10.1.2.3/8");
  ASSERT_FALSE(slip);
  EXPECT_TRUE(slip.error().message.contains("10.0.0.0/8")) << slip.error().message;
}

TEST(AddressLimiter, RefusesPastItsLimitAndForgetsAddressesWithoutConnections) {
  AddressLimiter limiter(2);
  auto first = limiter.take(address("10.0.0.1"));
  {
    const auto second = limiter.take(address("10.0.0.1"));
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(limiter.take(address("10.0.0.1")));
    EXPECT_TRUE(limiter.take(address("10.0.0.2"))) << "another address";
  }
  EXPECT_TRUE(limiter.take(address("10.0.0.1")));
  EXPECT_EQ(limiter.address_count(), 1U);
  first.reset();
  EXPECT_EQ(limiter.address_count(), 0U);
}

TEST(AddressLimiter, CountsAnIpv6NetworkAsOne) {
  AddressLimiter limiter(1);
  const auto slot = limiter.take(address("2001:db8:0:1::1"));
  EXPECT_FALSE(limiter.take(address("2001:db8:0:1:ffff::2")));
  EXPECT_TRUE(limiter.take(address("2001:db8:0:2::1")));
}

TEST(AddressLimiter, WithoutALimitCountsNothing) {
  AddressLimiter limiter(0);
  const auto slot = limiter.take(address("10.0.0.1"));
  EXPECT_TRUE(slot);
  EXPECT_EQ(limiter.address_count(), 0U);
}

TEST(AddressLimiter, AgreesWithAModelOverRandomSchedules) {
  std::mt19937 random(1);
  AddressLimiter limiter(3);
  std::map<unsigned, std::vector<AddressLimiter::Slot>> model;
  for (int round = 0; round < 5000; ++round) {
    const unsigned host = random() % 10;
    auto& slots = model[host];
    if (random() % 2 == 0) {
      auto slot = limiter.take(address("10.0.0." + std::to_string(host)));
      ASSERT_EQ(slot.has_value(), slots.size() < 3);
      if (slot) slots.push_back(std::move(*slot));
    } else if (!slots.empty()) {
      slots.pop_back();
    }
    std::size_t used = 0;
    for (const auto& [key, held] : model) used += held.empty() ? 0 : 1;
    ASSERT_EQ(limiter.address_count(), used);
  }
}

}  // namespace
}  // namespace metricstream::http
