#include "services/agent/delivery/sender.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace metricstream::agent {
namespace {

using namespace std::chrono_literals;

SenderOptions options(std::size_t batch_size = 3, std::size_t capacity = 100, std::size_t endpoints = 1) {
  return {.head = {"host", {}},
          .key_prefix = "run",
          .batch_size = batch_size,
          .capacity = capacity,
          .endpoints = endpoints,
          .retry = {.first = 1s, .limit = 60s, .max_retry_after = 600s}};
}

Sample numbered(int number) { return {"n", static_cast<double>(number), 0, MetricType::gauge, "", {}}; }

// The numbers that offer() put into a body, in their order.
std::vector<int> numbers_in(const std::string& body) {
  std::vector<int> numbers;
  const std::string key = "\"value\":";
  for (auto at = body.find(key); at != std::string::npos; at = body.find(key, at + 1)) {
    numbers.push_back(std::stoi(body.substr(at + key.size())));
  }
  return numbers;
}

std::size_t endpoint_of(const Sender::Step& step) { return std::get<Sender::Deliver>(step).endpoint; }

void offer(Sender& sender, int first, int last) {
  for (int i = first; i <= last; ++i) ASSERT_TRUE(sender.offer(numbered(i)));
}

TEST(Sender, IsIdleWithNothingToSend) {
  Sender sender(options());
  EXPECT_TRUE(std::holds_alternative<Sender::Idle>(sender.next(0)));
}

TEST(Sender, SendsOldestFirstInBatchesWithKeysOfTheirOwn) {
  Sender sender(options());
  offer(sender, 1, 7);
  std::vector<std::vector<int>> sent;
  std::set<std::string> keys;
  while (!std::holds_alternative<Sender::Idle>(sender.next(0))) {
    sent.push_back(numbers_in(sender.batch().body));
    keys.insert(sender.batch().key);
    const auto settled = sender.answered(0, {.status = 202}, 0, 0);
    ASSERT_TRUE(settled);
    EXPECT_TRUE(settled->acknowledged);
  }
  EXPECT_EQ(sent, (std::vector<std::vector<int>>{{1, 2, 3}, {4, 5, 6}, {7}}));
  EXPECT_EQ(keys.size(), 3U);
  EXPECT_EQ(sender.buffered(), 0U);
}

TEST(Sender, RepeatsTheSameBytesUnderTheSameKeyWhateverIsOfferedMeanwhile) {
  Sender sender(options());
  offer(sender, 1, 2);
  (void)sender.next(0);
  const OutgoingBatch first = sender.batch();
  TimeNs now = 0;
  for (const Answer& answer : {Answer{.status = 503}, Answer{.status = 429}, Answer{.status = 0, .maybe_stored = true},
                               Answer{.status = 401}, Answer{.status = 408}, Answer{.status = 500}}) {
    EXPECT_FALSE(sender.answered(0, answer, now, 0));
    offer(sender, 100, 101);
    now += kHour;
    ASSERT_EQ(endpoint_of(sender.next(now)), 0U);
    EXPECT_EQ(sender.batch().key, first.key);
    EXPECT_EQ(sender.batch().body, first.body);
  }
  const auto settled = sender.answered(0, {.status = 202}, now, 0);
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->batch.attempts, 7U);
}

TEST(Sender, WaitsDoubleUpToTheLimitAndStartAgainAfterSuccess) {
  Sender sender(options());
  TimeNs now = 0;
  offer(sender, 1, 1);
  for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    ASSERT_EQ(endpoint_of(sender.next(now)), 0U);
    EXPECT_FALSE(sender.answered(0, {.status = 503}, now, static_cast<std::uint64_t>(now) / 7));
    const TimeNs until = std::get<Sender::Wait>(sender.next(now)).until;
    EXPECT_GE(until - now, to_ns(expected) / 2);
    EXPECT_LE(until - now, to_ns(expected));
    now = until;
  }
  ASSERT_EQ(endpoint_of(sender.next(now)), 0U);
  EXPECT_TRUE(sender.answered(0, {.status = 202}, now, 0));
  offer(sender, 2, 2);
  ASSERT_EQ(endpoint_of(sender.next(now)), 0U);
  EXPECT_FALSE(sender.answered(0, {.status = 503}, now, 0));
  EXPECT_LE(std::get<Sender::Wait>(sender.next(now)).until, now + kSecond);
}

TEST(Sender, RetryAfterWinsWithinItsBounds) {
  struct Case {
    std::chrono::seconds asked;
    TimeNs shortest;
  };
  for (const auto& [asked, shortest] : {Case{7s, 7 * kSecond}, Case{0s, kSecond}, Case{24h, 600 * kSecond}}) {
    for (const unsigned status : {429U, 503U}) {
      Sender sender(options());
      offer(sender, 1, 1);
      (void)sender.next(0);
      EXPECT_FALSE(sender.answered(0, {.status = status, .retry_after = asked}, 0, 12345));
      const TimeNs until = std::get<Sender::Wait>(sender.next(0)).until;
      EXPECT_GE(until, shortest);
      EXPECT_LE(until, shortest + shortest / 10);
    }
  }
}

TEST(Sender, TheBackupIsTriedAtOnceAndThePrimaryAgainWhenItsWaitIsOver) {
  Sender sender(options(1, 100, 2));
  offer(sender, 1, 3);
  ASSERT_EQ(endpoint_of(sender.next(0)), 0U);
  EXPECT_FALSE(sender.answered(0, {}, 0, 0));
  ASSERT_EQ(endpoint_of(sender.next(0)), 1U) << "no wait before the backup";
  EXPECT_TRUE(sender.answered(1, {.status = 202}, 0, 0));
  EXPECT_EQ(endpoint_of(sender.next(1)), 1U) << "the primary is left in peace";
  EXPECT_TRUE(sender.answered(1, {.status = 202}, 1, 0));
  EXPECT_EQ(endpoint_of(sender.next(kSecond)), 0U) << "its wait is over";
}

TEST(Sender, WhenBothEndpointsFailItWaitsForTheFirstOfThem) {
  Sender sender(options(1, 100, 2));
  offer(sender, 1, 1);
  (void)sender.next(0);
  EXPECT_FALSE(sender.answered(0, {.status = 503, .retry_after = 60s}, 0, 0));
  EXPECT_FALSE(sender.answered(1, {.status = 503, .retry_after = 5s}, 0, 0));
  EXPECT_EQ(std::get<Sender::Wait>(sender.next(0)).until, 5 * kSecond);
  EXPECT_EQ(endpoint_of(sender.next(5 * kSecond)), 1U);
}

TEST(Sender, ARateLimitHoldsForTheBackupToo) {
  Sender sender(options(1, 100, 2));
  offer(sender, 1, 1);
  (void)sender.next(0);
  EXPECT_FALSE(sender.answered(0, {.status = 429, .retry_after = 3s}, 0, 0));
  EXPECT_EQ(std::get<Sender::Wait>(sender.next(0)).until, 3 * kSecond);
}

TEST(Sender, ARefusedBatchIsDroppedAndTheNextOneGoesOn) {
  Sender sender(options(1));
  offer(sender, 1, 2);
  (void)sender.next(0);
  EXPECT_FALSE(sender.answered(0, {.status = 503}, 0, 0));
  const auto settled = sender.answered(0, {.status = 400}, 0, 0);
  ASSERT_TRUE(settled);
  EXPECT_FALSE(settled->acknowledged);
  EXPECT_TRUE(settled->batch.maybe_stored) << "the 503 before may have been a late acknowledgement";
  ASSERT_EQ(endpoint_of(sender.next(0)), 0U);
  EXPECT_EQ(numbers_in(sender.batch().body), std::vector<int>{2});
}

TEST(Sender, HurryingTriesOnceMoreWithoutWaiting) {
  Sender sender(options());
  offer(sender, 1, 1);
  (void)sender.next(0);
  EXPECT_FALSE(sender.answered(0, {.status = 503, .retry_after = 60s}, 0, 0));
  sender.hurry();
  EXPECT_EQ(endpoint_of(sender.next(0)), 0U);
}

// A server that answers anything at random: every sample is acknowledged, dropped for a reason, or still there; the
// acknowledged ones came oldest first and each once.
TEST(Sender, AccountsForEverySampleAgainstAnErraticServer) {
  std::mt19937 random(7);
  for (int run = 0; run < 200; ++run) {
    Sender sender(options(1 + random() % 4, 6, 1 + random() % 2));
    TimeNs now = 0;
    int offered = 0;
    std::size_t lost = 0;
    std::size_t refused = 0;
    std::vector<int> acknowledged;
    std::map<std::string, std::string> body_of_key;
    for (int step = 0; step < 300; ++step) {
      now += static_cast<TimeNs>(random() % 3) * kSecond;
      if (random() % 2 == 0 && !sender.offer(numbered(offered++))) ++lost;
      const auto next = sender.next(now);
      if (!std::holds_alternative<Sender::Deliver>(next)) continue;
      const auto [known, is_new] = body_of_key.emplace(sender.batch().key, sender.batch().body);
      ASSERT_EQ(known->second, sender.batch().body) << "a key names one body";
      constexpr unsigned kStatuses[] = {0, 202, 200, 400, 401, 408, 413, 429, 500, 503, 301};
      const unsigned status = kStatuses[random() % std::size(kStatuses)];
      const auto settled = sender.answered(endpoint_of(next), {.status = status}, now, random());
      if (!settled) continue;
      const auto numbers = numbers_in(settled->batch.body);
      ASSERT_EQ(numbers.size(), settled->batch.samples);
      if (settled->acknowledged) {
        acknowledged.insert(acknowledged.end(), numbers.begin(), numbers.end());
      } else {
        refused += numbers.size();
      }
    }
    EXPECT_TRUE(std::ranges::is_sorted(acknowledged));
    EXPECT_EQ(std::set(acknowledged.begin(), acknowledged.end()).size(), acknowledged.size());
    EXPECT_EQ(static_cast<std::size_t>(offered), acknowledged.size() + refused + lost + sender.buffered());
    const auto batch = sender.abandon_batch();
    const std::size_t left = (batch ? batch->samples : 0) + sender.abandon_waiting();
    EXPECT_EQ(static_cast<std::size_t>(offered), acknowledged.size() + refused + lost + left);
    EXPECT_EQ(sender.buffered(), 0U);
  }
}

}  // namespace
}  // namespace metricstream::agent
