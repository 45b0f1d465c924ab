// What a million invented clients cost, and what they cannot get.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <memory_resource>
#include <set>
#include <string>

#include "services/ingestion/limits/rate_limiter.hpp"
#include "tests/unit/ingestion/limits/limit_fixture.hpp"

namespace metricstream::limits {
namespace {

using test::listed;
using test::set_of;

class CountingMemory final : public std::pmr::memory_resource {
 public:
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t most() const { return most_; }
  [[nodiscard]] std::size_t allocations() const { return allocations_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    ++allocations_;
    bytes_ += bytes;
    most_ = std::max(most_, bytes_);
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* place, std::size_t bytes, std::size_t alignment) override {
    bytes_ -= bytes;
    std::pmr::new_delete_resource()->deallocate(place, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  std::size_t bytes_ = 0;
  std::size_t most_ = 0;
  std::size_t allocations_ = 0;
};

constexpr std::size_t kPlaces = 65'536;

std::string name_of(std::size_t i) { return "client-" + std::to_string(i * 7919); }

TEST(BoundedMemory, AMillionRandomClientsCostNoMoreThanTheFirstOnes) {
  CountingMemory memory;
  RateLimiter limiter({}, set_of(100, 5, 100), 42, &memory);
  std::size_t passed = 0;
  std::size_t after_some = 0;
  for (std::size_t i = 0; i < 1'000'000; ++i) {
    SamplesTaken taken = limiter.take_samples(name_of(i), "", 1, static_cast<TimeNs>(i) * 1000);
    if (taken.decision.is_allowed()) ++passed;
    taken.charge.keep();
    if (i == 3 * kPlaces) after_some = memory.allocations();
  }
  EXPECT_EQ(limiter.stats().samples.entries, kPlaces);
  EXPECT_EQ(memory.allocations(), after_some) << "the table was full by then";
  EXPECT_EQ(passed, kPlaces + 5) << "all that found no place share one ordinary limit";
  EXPECT_EQ(limiter.stats().samples.shared_uses, 1'000'000 - kPlaces);
  EXPECT_LT(memory.most(), 24U * 1024 * 1024);
  std::printf("table of samples, %zu places: %zu bytes, %.0f a place\n", kPlaces, memory.bytes(),
              static_cast<double>(memory.bytes()) / kPlaces);

  // A minute later all of them are idle: new ones get their places, without an allocation.
  const TimeNs later = 70 * kSecond;
  for (std::size_t i = 0; i < 1000; ++i) {
    SamplesTaken taken = limiter.take_samples(name_of(2'000'000 + i), "", 5, later);
    EXPECT_TRUE(taken.decision.is_allowed());
    EXPECT_FALSE(taken.decision.standings()[0].is_shared);
    taken.charge.keep();
  }
  EXPECT_EQ(memory.allocations(), after_some);
}

TEST(BoundedMemory, AddressesAndHostsAreBoundedToo) {
  CountingMemory memory;
  RateLimiter limiter({}, set_of(3, 1'000'000'000, 5), 42, &memory);
  std::size_t requests = 0;
  std::size_t samples = 0;
  for (std::uint32_t i = 0; i < 300'000; ++i) {
    const std::string address =
        "2001:db8:" + std::to_string(i >> 12U & 0xfffU) + ":" + std::to_string(i & 0xfffU) + "::1";
    if (limiter.take_request_from(address, 0).decision.is_allowed()) ++requests;
    SamplesTaken taken = limiter.take_samples("gateway", name_of(i), 1, 0);
    if (taken.decision.is_allowed()) ++samples;
    taken.charge.keep();
  }
  EXPECT_EQ(limiter.stats().remotes.entries, kPlaces);
  EXPECT_EQ(limiter.stats().hosts.entries, kPlaces);
  EXPECT_EQ(requests, kPlaces + 3);
  EXPECT_EQ(samples, kPlaces + 5);
  EXPECT_LT(memory.most(), 48U * 1024 * 1024);
  std::printf("tables of addresses and hosts, %zu places each: %zu bytes\n", kPlaces, memory.bytes());
}

TEST(BoundedMemory, WhoHasAPlaceKeepsItAndItsCount) {
  RateLimiter limiter({.clients = 128}, set_of(100, 10, 10), 1);
  limiter.take_samples("regular", "", 10, 0).charge.keep();
  for (std::size_t i = 0; i < 10'000; ++i) limiter.take_samples(name_of(i), "", 1, kSecond).charge.keep();
  const Decision refused = limiter.take_samples("regular", "", 1, kSecond).decision;
  EXPECT_FALSE(refused.is_allowed());
  EXPECT_FALSE(refused.violated().is_shared) << "nobody has pushed it out";
  EXPECT_TRUE(limiter.take_samples("regular", "", 10, 61 * kSecond).decision.is_allowed());
}

TEST(BoundedMemory, TheRefusedTakeNoPlaceFromOthers) {
  RateLimiter limiter({.clients = 1, .hosts = 1}, set_of(100, 10, 10), 1);
  limiter.take_samples("a", "h", 10, 0).charge.keep();
  EXPECT_FALSE(limiter.take_samples("a", "other", 1, 0).decision.is_allowed());
  EXPECT_FALSE(limiter.take_samples("a", "h", 1, 60 * kSecond).decision.is_allowed());
  SamplesTaken next = limiter.take_samples("b", "h", 1, 61 * kSecond);
  ASSERT_TRUE(next.decision.is_allowed());
  EXPECT_FALSE(next.decision.standings()[0].is_shared);
  EXPECT_FALSE(next.decision.standings()[1].is_shared);
}

TEST(BoundedMemory, TheOverflowSaysSoAndHasItsOwnEnd) {
  RateLimiter limiter({.clients = 1}, set_of(100, 10, 10), 1);
  limiter.take_samples("a", "", 1, 0).charge.keep();
  SamplesTaken shared = limiter.take_samples("b", "", 10, 0);
  ASSERT_TRUE(shared.decision.is_allowed());
  EXPECT_TRUE(shared.decision.standings()[0].is_shared);
  EXPECT_TRUE(limiter.take_samples("c", "", 1, 0).decision.violated().is_shared);
  shared.charge.give_back();
  SamplesTaken other = limiter.take_samples("c", "", 10, 0);
  EXPECT_TRUE(other.decision.is_allowed()) << "b's were given back to the ring that c shares";
  other.charge.keep();
  EXPECT_FALSE(limiter.take_samples("d", "", 1, 0).decision.is_allowed());
}

TEST(BoundedMemory, TheSharedLimitIsOneOfAWindowToo) {
  RateLimiter limiter({.clients = 1}, set_of(100, 10, 10), 1);
  limiter.take_samples("a", "", 1, 0).charge.keep();
  limiter.take_samples("b", "", 10, 0).charge.keep();
  limiter.take_samples("a", "", 1, 30 * kSecond).charge.keep();  // keeps the only place
  EXPECT_FALSE(limiter.take_samples("c", "", 1, 60 * kSecond).decision.is_allowed());
  const SamplesTaken later = limiter.take_samples("c", "", 10, 61 * kSecond);
  EXPECT_TRUE(later.decision.is_allowed());
  EXPECT_TRUE(later.decision.standings()[0].is_shared);
}

TEST(BoundedMemory, AClientOfTheFileAlwaysHasAPlace) {
  RateLimiter limiter({.clients = 1}, listed(set_of(100, 10, 10)->defaults(), "vip", {}), 1);
  limiter.take_samples("a", "", 1, 0).charge.keep();
  limiter.take_samples("b", "", 10, 0).charge.keep();  // the shared ring is full
  const SamplesTaken taken = limiter.take_samples("vip", "", 10, 0);
  ASSERT_TRUE(taken.decision.is_allowed());
  EXPECT_FALSE(taken.decision.standings()[0].is_shared);
}

TEST(BoundedMemory, WithKeysEveryClientHasAPlace) {
  RateLimiter limiter({.clients = std::nullopt}, set_of(1, 10, 10), 1);
  for (std::size_t i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(limiter.take_request(name_of(i), 0).is_allowed());
    ASSERT_FALSE(limiter.take_request(name_of(i), 0).is_allowed());
  }
  EXPECT_EQ(limiter.stats().requests.entries, 100'000U);
  EXPECT_EQ(limiter.stats().requests.shared_uses, 0U);
}

// One client that invents hosts takes the places; hosts of another that come later share a limit among themselves, not
// with his.
TEST(BoundedMemory, HostsThatFindNoPlaceAreCountedByClient) {
  RateLimiter limiter({.hosts = 64}, set_of(100, 1'000'000, 10), 1);
  for (std::size_t i = 0; i < 1000; ++i) limiter.take_samples("inventive", name_of(i), 1, 0).charge.keep();
  std::size_t others_that_pass = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    if (limiter.take_samples("plain-" + std::to_string(i), "h", 10, 0).decision.is_allowed()) ++others_that_pass;
  }
  EXPECT_GE(others_that_pass, 95U) << "of 100: 1 in 256 meets the inventive one";
  EXPECT_FALSE(limiter.take_samples("inventive", "one more", 1, 0).decision.is_allowed());
}

TEST(BoundedMemory, MostPlacesOfATableAreUsedWhateverItsSize) {
  for (const std::size_t places : {1U, 2U, 64U, 100U, 127U, 128U, 1000U, 5000U}) {
    RateLimiter limiter({.clients = places}, set_of(1, 10, 10), places);
    for (std::size_t i = 0; i < 4 * places + 100; ++i) (void)limiter.take_request(name_of(i), 0);
    EXPECT_LE(limiter.stats().requests.entries, places);
    EXPECT_GE(limiter.stats().requests.entries, places - places / 60) << places;
  }
}

}  // namespace
}  // namespace metricstream::limits
