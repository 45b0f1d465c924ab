#include "services/ingestion/limits/rate_limiter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "tests/unit/ingestion/limits/limit_fixture.hpp"

namespace metricstream::limits {
namespace {

using test::listed;
using test::set_of;
using test::unlimited;

TEST(RateLimiter, CountsRequestsOfEachClientAlone) {
  RateLimiter limiter({}, set_of(3, 100, 100), 1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.take_request("a", 0).is_allowed());
  const Decision refused = limiter.take_request("a", 0);
  EXPECT_EQ(refused.verdict(), Verdict::refused);
  EXPECT_EQ(refused.violated().policy, Policy::requests);
  EXPECT_EQ(refused.violated().limit, 3U);
  EXPECT_EQ(refused.violated().window, kSecond);
  EXPECT_EQ(refused.violated().remaining(), 0U);
  EXPECT_EQ(refused.over(), 1U);
  EXPECT_EQ(refused.violated().wait, kSecond + RequestRing::kSlot);
  EXPECT_TRUE(limiter.take_request("b", 0).is_allowed());
  EXPECT_TRUE(limiter.take_request("a", refused.violated().wait).is_allowed());
}

TEST(RateLimiter, AnAllowedDecisionSaysWhatIsLeft) {
  RateLimiter limiter({}, set_of(3, 100, 10), 1);
  const Decision request = limiter.take_request("a", 0);
  ASSERT_EQ(request.standings().size(), 1U);
  EXPECT_EQ(request.standings()[0].remaining(), 2U);
  SamplesTaken taken = limiter.take_samples("a", "h", 4, 0);
  taken.charge.keep();
  ASSERT_EQ(taken.decision.standings().size(), 2U);
  EXPECT_EQ(taken.decision.standings()[0].policy, Policy::samples);
  EXPECT_EQ(taken.decision.standings()[0].remaining(), 96U);
  EXPECT_EQ(taken.decision.standings()[1].policy, Policy::host_samples);
  EXPECT_EQ(taken.decision.standings()[1].remaining(), 6U);
}

TEST(RateLimiter, TellsHowMuchListedClientsUse) {
  RateLimiter limiter({}, listed(set_of(4, 100, 10)->defaults(), "a", {.requests_per_second = Quota(8)}), 1);
  const auto usage = [&](TimeNs now) {
    std::string out;
    for (const UsageRow& row : limiter.usage(now)) {
      out += row.client + " " + std::string(row.limit_name) + " " + std::to_string(row.ratio).substr(0, 5) + "\n";
    }
    return out;
  };
  EXPECT_EQ(usage(0), "a requests_per_second 0.000\na samples_per_minute 0.000\n");
  for (const char* client : {"a", "a", "b"}) {
    EXPECT_TRUE(limiter.take_request(client, 0).is_allowed());
    limiter.take_samples(client, "", 30, 0).charge.keep();
  }
  EXPECT_EQ(usage(0), "a requests_per_second 0.250\na samples_per_minute 0.600\n");
  EXPECT_EQ(usage(2 * kSecond), "a requests_per_second 0.000\na samples_per_minute 0.600\n");
  EXPECT_EQ(usage(2 * kMinute), "a requests_per_second 0.000\na samples_per_minute 0.000\n");
  limiter.use(listed(unlimited(), "a", {.samples_per_minute = Quota(10)}));
  EXPECT_EQ(usage(2 * kMinute), "a samples_per_minute 0.000\n") << "there is no share of what is unlimited";
}

TEST(RateLimiter, CountsRequestsOfAnUnknownSenderByAddress) {
  RateLimiter limiter({}, set_of(2, 100, 100), 1);
  EXPECT_TRUE(limiter.take_request_from("192.0.2.1", 0).decision.is_allowed());
  EXPECT_TRUE(limiter.take_request_from("::ffff:192.0.2.1", 0).decision.is_allowed());
  EXPECT_FALSE(limiter.take_request_from("192.0.2.1", 0).decision.is_allowed());
  EXPECT_TRUE(limiter.take_request_from("192.0.2.2", 0).decision.is_allowed());
  EXPECT_TRUE(limiter.take_request_from("2001:db8:1:2::1", 0).decision.is_allowed());
  EXPECT_TRUE(limiter.take_request_from("2001:db8:1:2:ffff::1", 0).decision.is_allowed());
  EXPECT_FALSE(limiter.take_request_from("2001:db8:1:2::2", 0).decision.is_allowed()) << "one /64";
  EXPECT_TRUE(limiter.take_request_from("2001:db8:1:3::1", 0).decision.is_allowed());
  EXPECT_TRUE(limiter.take_request("192.0.2.1", 0).is_allowed()) << "a client of that name is somebody else";
}

TEST(RateLimiter, TakesBackARequestOfAnAddress) {
  RateLimiter limiter({}, set_of(2, 100, 100), 1);
  const auto take = [&](TimeNs now) { return limiter.take_request_from("192.0.2.1", now); };
  const RequestTaken first = take(0);
  const RequestTaken second = take(0);
  ASSERT_TRUE(first.receipt && second.receipt);
  const RequestTaken refused = take(0);
  EXPECT_FALSE(refused.decision.is_allowed());
  EXPECT_FALSE(refused.receipt) << "what is refused is not charged";
  limiter.give_back_request_from(*first.receipt);
  EXPECT_TRUE(take(0).decision.is_allowed());
  EXPECT_FALSE(take(0).decision.is_allowed()) << "one for one";
  EXPECT_TRUE(take(2 * kSecond).decision.is_allowed());
  limiter.give_back_request_from(*second.receipt);
  EXPECT_TRUE(take(2 * kSecond).decision.is_allowed());
  EXPECT_FALSE(take(2 * kSecond).decision.is_allowed()) << "it had left the window before it was given back";
  RateLimiter unlimited_limiter({}, std::make_shared<const LimitSet>(unlimited()), 1);
  EXPECT_FALSE(unlimited_limiter.take_request_from("192.0.2.1", 0).receipt);
}

TEST(RateLimiter, SamplesHaveToPassBothLimits) {
  RateLimiter limiter({}, set_of(100, 10, 6), 1);
  const auto take = [&](std::string_view host, std::uint64_t count) {
    SamplesTaken taken = limiter.take_samples("a", host, count, 0);
    taken.charge.keep();
    return taken.decision;
  };
  EXPECT_TRUE(take("h1", 6).is_allowed());
  const Decision of_host = take("h1", 1);
  EXPECT_EQ(of_host.verdict(), Verdict::refused);
  EXPECT_EQ(of_host.violated().policy, Policy::host_samples);
  EXPECT_TRUE(take("h2", 3).is_allowed()) << "the refused one was charged to neither";
  EXPECT_TRUE(take("", 1).is_allowed()) << "a batch without host has no host's limit";
  const Decision of_client = take("h3", 1);
  EXPECT_EQ(of_client.violated().policy, Policy::samples);
  EXPECT_EQ(of_client.over(), 1U);
  EXPECT_TRUE(limiter.take_samples("b", "h1", 6, 0).decision.is_allowed()) << "another client's host of that name";
}

TEST(RateLimiter, WhereBothLimitsRefuseTheLongerWaitCounts) {
  RateLimiter limiter({}, set_of(100, 10, 5), 1);
  limiter.take_samples("a", "h1", 5, 0).charge.keep();
  limiter.take_samples("a", "h2", 5, 20 * kSecond).charge.keep();
  const Decision refused = limiter.take_samples("a", "h2", 1, 30 * kSecond).decision;
  ASSERT_EQ(refused.standings().size(), 2U);
  EXPECT_TRUE(refused.standings()[0].is_violated);
  EXPECT_TRUE(refused.standings()[1].is_violated);
  EXPECT_EQ(refused.standings()[0].wait, 31 * kSecond);
  EXPECT_EQ(refused.violated().policy, Policy::host_samples);
  EXPECT_EQ(refused.violated().wait, 51 * kSecond);
}

TEST(RateLimiter, ABatchAboveAWholeLimitNeverPassesAndSaysSo) {
  RateLimiter limiter({}, set_of(100, 10, 6), 1);
  const Decision of_host = limiter.take_samples("a", "h", 7, 0).decision;
  EXPECT_EQ(of_host.verdict(), Verdict::too_large);
  EXPECT_EQ(of_host.violated().policy, Policy::host_samples);
  EXPECT_EQ(of_host.over(), 1U);
  EXPECT_EQ(limiter.take_samples("a", "", 11, 0).decision.violated().policy, Policy::samples);
  EXPECT_EQ(limiter.take_samples("a", "", std::uint64_t{1} << 40, 0).decision.verdict(), Verdict::too_large);
  EXPECT_TRUE(limiter.take_samples("a", "h", 6, 0).decision.is_allowed()) << "exactly the limit passes";
  EXPECT_EQ(limiter.stats().samples.entries, 1U) << "what can never pass takes no place";
}

TEST(RateLimiter, NoSamplesPassAndChargeNothing) {
  RateLimiter limiter({}, set_of(100, 1, 1), 1);
  const SamplesTaken taken = limiter.take_samples("a", "h", 0, 0);
  EXPECT_TRUE(taken.decision.is_allowed());
  EXPECT_FALSE(taken.charge.is_open());
  EXPECT_EQ(limiter.stats().samples.entries, 0U);
}

TEST(RateLimiter, UnlimitedIsNotCounted) {
  RateLimiter limiter({}, std::make_shared<const LimitSet>(test::unlimited()), 1);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(limiter.take_request("a", 0).is_allowed());
    EXPECT_TRUE(limiter.take_request_from("192.0.2.1", 0).decision.is_allowed());
  }
  const SamplesTaken taken = limiter.take_samples("a", "h", std::uint64_t{1} << 40, 0);
  EXPECT_TRUE(taken.decision.is_allowed());
  EXPECT_TRUE(taken.decision.standings().empty());
  EXPECT_FALSE(taken.charge.is_open());
  const auto stats = limiter.stats();
  EXPECT_EQ(stats.requests.entries + stats.samples.entries + stats.hosts.entries + stats.remotes.entries, 0U);
}

TEST(Charge, IsGivenBackUnlessItIsKept) {
  RateLimiter limiter({}, set_of(100, 10, 10), 1);
  {
    const SamplesTaken dropped = limiter.take_samples("a", "h", 10, 0);
  }
  SamplesTaken kept = limiter.take_samples("a", "h", 10, 0);
  ASSERT_TRUE(kept.decision.is_allowed()) << "both limits got it back";
  kept.charge.keep();
  EXPECT_FALSE(kept.charge.is_open());
  kept.charge.give_back();
  EXPECT_FALSE(limiter.take_samples("a", "h", 1, 0).decision.is_allowed()) << "what was kept stays";
}

TEST(Charge, IsGivenBackOnce) {
  RateLimiter limiter({}, set_of(100, 10, 10), 1);
  Charge first = limiter.take_samples("a", "", 4, 0).charge;
  Charge second = limiter.take_samples("a", "", 4, 0).charge;
  Charge moved(std::move(first));
  moved.give_back();
  moved.give_back();
  EXPECT_FALSE(limiter.take_samples("a", "", 7, 0).decision.is_allowed());
  second = std::move(moved);  // what was open before the assignment is given back
  EXPECT_TRUE(limiter.take_samples("a", "", 10, 0).decision.is_allowed());
}

TEST(Charge, ThatComesBackAfterItsWindowChangesNothing) {
  RateLimiter limiter({}, set_of(100, 10, 10), 1);
  Charge late = limiter.take_samples("a", "h", 10, 0).charge;
  limiter.take_samples("a", "h", 10, 61 * kSecond).charge.keep();
  late.give_back();
  EXPECT_FALSE(limiter.take_samples("a", "h", 1, 61 * kSecond).decision.is_allowed());
}

TEST(Charge, OfAPlaceThatWentToAnotherOpensNothingHoweverTheClockJumps) {
  RateLimiter limiter({.clients = 1, .hosts = 1, .remotes = 1}, set_of(100, 10, 10), 1);
  Charge late = limiter.take_samples("a", "", 10, 0).charge;
  limiter.take_samples("b", "", 1, 61 * kSecond).charge.give_back();  // in the place that was a's
  limiter.take_samples("a", "", 10, 0).charge.keep();                 // in the same place again; the clock is wrong
  late.give_back();
  EXPECT_FALSE(limiter.take_samples("a", "", 10, 0).decision.is_allowed());
}

TEST(Reload, AppliesAtOnceToClientsThatAreKnown) {
  RateLimiter limiter({}, set_of(100, 1000, 1000), 1);
  limiter.take_samples("a", "", 500, 0).charge.keep();
  limiter.use(set_of(100, 400, 1000));
  const Decision lowered = limiter.take_samples("a", "", 1, 0).decision;
  EXPECT_EQ(lowered.verdict(), Verdict::refused);
  EXPECT_EQ(lowered.violated().limit, 400U);
  EXPECT_EQ(lowered.violated().remaining(), 0U) << "not below nothing";
  EXPECT_EQ(lowered.over(), 101U);
  limiter.use(set_of(100, 2000, 2000));
  EXPECT_TRUE(limiter.take_samples("a", "", 1500, 0).decision.is_allowed()) << "and no more: 500 are used";
}

TEST(Reload, GivesOneClientAnotherLimitThanTheOthers) {
  RateLimiter limiter({}, set_of(1, 10, 10), 1);
  limiter.use(listed(set_of(1, 10, 10)->defaults(), "big", {.requests_per_second = Quota(3)}));
  const auto passes = [&](std::string_view client) { return limiter.take_request(client, 0).is_allowed(); };
  EXPECT_TRUE(passes("big") && passes("big") && passes("big"));
  EXPECT_FALSE(passes("big"));
  EXPECT_TRUE(passes("small"));
  EXPECT_FALSE(passes("small"));
  EXPECT_FALSE(limiter.take_samples("big", "", 11, 0).decision.is_allowed()) << "the rest stays as in the defaults";
}

TEST(Reload, TheSetInForceIsTheLastOne) {
  const auto first = set_of(1, 1, 1);
  RateLimiter limiter({}, first, 1);
  EXPECT_EQ(limiter.limits(), first);
  const auto second = set_of(2, 2, 2);
  limiter.use(second);
  EXPECT_EQ(limiter.limits(), second);
  EXPECT_EQ(first.use_count(), 1) << "the old set is let go";
}

}  // namespace
}  // namespace metricstream::limits
