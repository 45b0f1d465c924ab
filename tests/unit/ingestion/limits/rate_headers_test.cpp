#include "services/ingestion/limits/rate_headers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <vector>

#include "services/ingestion/limits/rate_limiter.hpp"
#include "tests/unit/ingestion/limits/limit_fixture.hpp"

namespace metricstream::limits {
namespace {

using test::set_of;

Standing standing(Policy policy, std::uint64_t limit, std::uint64_t used, TimeNs window, TimeNs wait = 0) {
  return {.policy = policy, .is_violated = wait > 0, .limit = limit, .window = window, .used = used, .wait = wait};
}

Decision refused(std::uint64_t asked, std::initializer_list<Standing> standings, Verdict verdict = Verdict::refused) {
  Decision out(asked);
  out.set_verdict(verdict);
  for (const Standing& at : standings) out.add(at);
  return out;
}

Decision refused_for(TimeNs wait) { return refused(1, {standing(Policy::requests, 100, 100, kSecond, wait)}); }

std::string refusal_headers(const Decision& decision, Jitter jitter = {.percent = 0}) {
  std::string out = "X: y\r\n";
  append_refusal_headers(out, decision, jitter);
  return out.substr(6);
}

TEST(RateHeaders, OfARefusalNameThePolicyWhatIsLeftAndWhenToComeBack) {
  EXPECT_EQ(refusal_headers(refused_for(1'031'250'000)),
            "RateLimit-Policy: \"requests\";q=100;w=1\r\nRateLimit: \"requests\";r=0;t=2\r\nRetry-After: 2\r\n");
  EXPECT_EQ(refusal_headers(refused(500, {standing(Policy::samples, 1'000'000, 999'700, kMinute, 3 * kSecond),
                                          standing(Policy::host_samples, 10'000, 200, kMinute)})),
            "RateLimit-Policy: \"samples\";q=1000000;w=60, \"host_samples\";q=10000;w=60\r\n"
            "RateLimit: \"samples\";r=300;t=3\r\nRetry-After: 3\r\n");
  EXPECT_EQ(refusal_headers(refused(500, {standing(Policy::samples, 1000, 900, kMinute, 5 * kSecond),
                                          standing(Policy::host_samples, 600, 600, kMinute, 40 * kSecond)})),
            "RateLimit-Policy: \"samples\";q=1000;w=60, \"host_samples\";q=600;w=60\r\n"
            "RateLimit: \"samples\";r=100;t=5, \"host_samples\";r=0;t=40\r\nRetry-After: 40\r\n");
}

TEST(RateHeaders, OfABatchThatNeverPassesNameThePolicyOnly) {
  EXPECT_EQ(
      refusal_headers(refused(7, {{.policy = Policy::samples, .is_violated = true, .limit = 6, .window = kMinute}},
                              Verdict::too_large)),
      "RateLimit-Policy: \"samples\";q=6;w=60\r\n");
}

TEST(RateHeaders, OfSuccessNameEveryPolicyThatWasLookedAt) {
  RateLimiter limiter({}, set_of(100, 1'000'000, 10'000), 1);
  std::vector<Decision> decisions{limiter.take_request("a", 0)};
  decisions.push_back(limiter.take_samples("a", "h", 2500, 0).decision);
  std::string out;
  append_standing_headers(out, decisions);
  EXPECT_EQ(out,
            "RateLimit-Policy: \"requests\";q=100;w=1, \"samples\";q=1000000;w=60, \"host_samples\";q=10000;w=60\r\n"
            "RateLimit: \"requests\";r=99;t=1, \"samples\";r=997500;t=60, \"host_samples\";r=7500;t=45\r\n");
}

TEST(RateHeaders, AreAbsentWhereNoLimitIsInForce) {
  std::string out;
  append_standing_headers(out, {});
  const Decision free(1);
  append_standing_headers(out, {&free, 1});
  EXPECT_EQ(out, "");
}

// sf-list of sf-string items with integer parameters, RFC 9651.
TEST(RateHeaders, AreStructuredFields) {
  const std::string item = R"re("[a-z_]+"(;[a-z]+=(0|[1-9][0-9]{0,14}))+)re";
  const std::regex line("RateLimit(-Policy)?: " + item + "(, " + item + ")*\r\n");
  RateLimiter limiter({}, set_of(1'000'000'000, 1'000'000'000, 1'000'000'000), 1);
  const Decision decision = limiter.take_samples("a", "h", 999'999'999, 0).decision;
  std::string out;
  append_standing_headers(out, {&decision, 1});
  const std::size_t end = out.find('\n') + 1;
  EXPECT_TRUE(std::regex_match(out.substr(0, end), line)) << out;
  EXPECT_TRUE(std::regex_match(out.substr(end), line)) << out;
}

TEST(RateHeaders, AClientThatDividesWhatIsLeftByTheTimeFindsNoHigherRateThanThePolicys) {
  const std::regex numbers("r=([0-9]+);t=([0-9]+)");
  for (std::uint64_t used = 0; used <= 1000; ++used) {
    Decision decision(1);
    decision.add(standing(Policy::samples, 1000, used, kMinute));
    std::string out;
    append_standing_headers(out, {&decision, 1});
    std::smatch match;
    ASSERT_TRUE(std::regex_search(out, match, numbers));
    const double left = std::stod(match[1]);
    const double time = std::stod(match[2]);
    EXPECT_GE(time, 1);
    EXPECT_LE(time, 60);
    EXPECT_LE(left / time, 1000.0 / 60 + 1e-9) << used;
  }
}

TEST(RetryAfter, IsNeverEarlyAndRoundedUp) {
  const auto seconds = [](TimeNs wait) { return retry_after(refused_for(wait), {.percent = 0}).count(); };
  EXPECT_EQ(seconds(1), 1);
  EXPECT_EQ(seconds(kSecond), 1);
  EXPECT_EQ(seconds(kSecond + 1), 2);
  EXPECT_EQ(seconds(61 * kSecond), 61);
  EXPECT_EQ(seconds(INT64_MAX), 600) << "a clock that went back by years";
}

TEST(RetryAfter, IsSpreadByTheHashUpToItsShare) {
  const auto all = [](TimeNs wait, std::uint32_t percent) {
    std::set<std::int64_t> out;
    for (std::uint64_t hash = 0; hash < 1000; ++hash) {
      out.insert(retry_after(refused_for(wait), {.percent = percent, .hash = hash * 7919}).count());
    }
    return out;
  };
  EXPECT_THAT(all(kSecond, 25), testing::ElementsAre(1, 2)) << "at least a second";
  EXPECT_THAT(all(20 * kSecond, 25), testing::ElementsAre(20, 21, 22, 23, 24, 25));
  EXPECT_THAT(all(20 * kSecond, 0), testing::ElementsAre(20));
  EXPECT_EQ(*all(599 * kSecond, 100).rbegin(), 600);
  EXPECT_EQ(retry_after(refused_for(kMinute), {.hash = 3}), retry_after(refused_for(kMinute), {.hash = 3}));
}

TEST(ProblemMembers, NameTheViolatedPoliciesAndTheNumbers) {
  EXPECT_EQ(problem_members(refused(500, {standing(Policy::samples, 1'000'000, 999'700, kMinute, 3 * kSecond),
                                          standing(Policy::host_samples, 10'000, 200, kMinute)})),
            R"(,"violated-policies":["samples"],"limit":1000000,"window_seconds":60,"remaining":300,"requested":500)");
  EXPECT_EQ(problem_members(refused(500, {standing(Policy::samples, 1000, 900, kMinute, 5 * kSecond),
                                          standing(Policy::host_samples, 600, 600, kMinute, 40 * kSecond)})),
            R"(,"violated-policies":["samples","host_samples"],"limit":600,"window_seconds":60,"remaining":0,)"
            R"("requested":500)");
  EXPECT_EQ(
      problem_members(refused(7, {{.policy = Policy::samples, .is_violated = true, .limit = 6, .window = kMinute}},
                              Verdict::too_large)),
      R"(,"violated-policies":["samples"],"limit":6,"window_seconds":60,"requested":7)");
}

TEST(LogText, SaysWhichLimitAndHowFarOver) {
  EXPECT_EQ(log_text(refused(1000, {standing(Policy::samples, 1'000'000, 999'500, kMinute, 2'000'000'001)})),
            "samples: 1000 asked, 999500 of 1000000 in 1m used, 500 over, passes in 3s");
  EXPECT_EQ(log_text(refused(7, {{.policy = Policy::host_samples, .is_violated = true, .limit = 6, .window = kMinute}},
                             Verdict::too_large)),
            "host_samples: 7 asked, 6 in 1m allowed, 1 over, never passes");
  Standing shared = standing(Policy::requests, 100, 100, kSecond, kSecond);
  shared.is_shared = true;
  EXPECT_EQ(log_text(refused(1, {shared})),
            "requests: 1 asked, 100 of 100 in 1s used, 1 over, passes in 1s, counted with others because the table is "
            "full");
}

TEST(DetailText, TellsTheClientWhatWouldBeRight) {
  EXPECT_EQ(detail_text(refused_for(kSecond)),
            "one client may send 100 requests in 1s; 0 are left and 1 was sent; send it again unchanged after "
            "Retry-After");
  EXPECT_EQ(detail_text(refused(500, {standing(Policy::host_samples, 10'000, 9'700, kMinute, kSecond)})),
            "one host may send 10000 samples in 1m; 300 are left and 500 were sent; send it again unchanged after "
            "Retry-After");
  EXPECT_EQ(detail_text(refused(7, {{.policy = Policy::samples, .is_violated = true, .limit = 6, .window = kMinute}},
                                Verdict::too_large)),
            "one client may send 6 samples in 1m; this batch has 7 and can never pass: send smaller batches");
}

}  // namespace
}  // namespace metricstream::limits
