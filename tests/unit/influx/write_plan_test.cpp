#include "common/influx/write_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

namespace metricstream::influx {
namespace {

using std::chrono::milliseconds;

WriteOutcome outcome_of(WriteKind kind, int status = 0) { return {.kind = kind, .status = status, .message = "why"}; }

// A store with random poisonous lines and a largest request, which applies an arbitrary part of what it refuses or
// leaves unanswered, as InfluxDB does.
class ModelStore {
 public:
  ModelStore(std::uint64_t seed, std::size_t lines) : random_(seed), value_of_point_(lines, -1) {
    const double poison_rate = std::uniform_real_distribution<>{0, 0.3}(random_) * (seed % 3 == 0 ? 0 : 1);
    for (std::size_t i = 0; i < lines; ++i) poisonous_.push_back(chance(poison_rate));
    // Some lines are two values of one point.
    for (std::size_t i = 0; i < lines; ++i) point_of_.push_back(chance(0.2) && i > 0 ? point_of_[i - 1] : i);
    largest_request_ = chance(0.3) ? 1 + random_() % (lines + 1) : lines;
    if (chance(0.1)) largest_request_ = 0;
  }

  WriteOutcome write(std::size_t first, std::size_t last) {
    ++requests;
    if (chance(0.2)) {
      apply(first, last, chance(0.5) ? last : first + random_() % (last - first + 1));
      return outcome_of(chance(0.5) ? WriteKind::ambiguous : WriteKind::throttled, 500);
    }
    if (chance(0.05)) return outcome_of(WriteKind::misconfigured, 404);
    if (last - first > largest_request_) return outcome_of(WriteKind::too_large, 413);
    apply(first, last, last);
    const auto poison = std::find(poisonous_.begin() + static_cast<std::ptrdiff_t>(first),
                                  poisonous_.begin() + static_cast<std::ptrdiff_t>(last), true);
    if (poison != poisonous_.begin() + static_cast<std::ptrdiff_t>(last)) {
      return outcome_of(WriteKind::refused_part, chance(0.5) ? 400 : 422);
    }
    for (std::size_t i = first; i < last; ++i) acknowledged.insert(i);
    return outcome_of(WriteKind::acknowledged, 204);
  }

  [[nodiscard]] bool must_be_buried(std::size_t line) const { return poisonous_[line] || largest_request_ == 0; }
  // What the point of `line` should hold in the end: its last line that the store takes.
  [[nodiscard]] bool holds_last_value(std::size_t line) const {
    int expected = -1;
    for (std::size_t i = 0; i < point_of_.size(); ++i) {
      if (point_of_[i] == point_of_[line] && !must_be_buried(i)) expected = static_cast<int>(i);
    }
    return value_of_point_[point_of_[line]] == expected;
  }

  std::set<std::size_t> acknowledged;
  std::size_t requests = 0;

 private:
  bool chance(double probability) { return std::bernoulli_distribution{probability}(random_); }
  void apply(std::size_t first, std::size_t last, std::size_t until) {
    for (std::size_t i = first; i < std::min(last, until); ++i) {
      if (!poisonous_[i] && largest_request_ > 0) value_of_point_[point_of_[i]] = static_cast<int>(i);
    }
  }

  std::mt19937_64 random_;
  std::vector<bool> poisonous_;
  std::vector<std::size_t> point_of_;
  std::vector<int> value_of_point_;
  std::size_t largest_request_ = 0;
};

TEST(WritePlan, EveryLineEndsAcknowledgedOrBuriedWhateverTheStoreDoes) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    std::mt19937_64 random{seed * 7919 + 1};
    const std::size_t lines = random() % 60;
    ModelStore store{seed, lines};
    WritePlan plan{lines};
    std::set<std::size_t> buried;
    bool done = false;
    for (int step = 0; step < 20'000 && !done; ++step) {
      const auto next = plan.next();
      if (const auto* send = std::get_if<WritePlan::Send>(&next)) {
        ASSERT_LT(send->first, send->last);
        ASSERT_LE(send->last, lines);
        plan.report(store.write(send->first, send->last), random());
      } else if (const auto* bury = std::get_if<WritePlan::Bury>(&next)) {
        ASSERT_TRUE(buried.insert(bury->line).second) << "buried twice";
        ASSERT_TRUE(bury->status == 400 || bury->status == 413 || bury->status == 422);
        plan.buried();
      } else {
        done = true;
      }
    }
    ASSERT_TRUE(done) << "seed " << seed;
    for (std::size_t line = 0; line < lines; ++line) {
      ASSERT_EQ(buried.contains(line), store.must_be_buried(line)) << "seed " << seed << " line " << line;
      ASSERT_EQ(store.acknowledged.contains(line), !buried.contains(line)) << "seed " << seed << " line " << line;
      ASSERT_TRUE(store.holds_last_value(line)) << "seed " << seed << " line " << line;
    }
  }
}

TEST(WritePlan, AnAmbiguousAnswerSendsExactlyTheSameLinesAgainLaterAndLater) {
  WritePlan plan{100};
  milliseconds limit{100};
  for (int attempt = 0; attempt < 20; ++attempt) {
    const auto send = std::get<WritePlan::Send>(plan.next());
    EXPECT_EQ(send.first, 0U);
    EXPECT_EQ(send.last, 100U);
    if (attempt == 0) {
      EXPECT_EQ(send.delay, milliseconds{0});
    } else {
      EXPECT_GE(send.delay, limit / 2);
      EXPECT_LE(send.delay, limit);
      limit = std::min<milliseconds>(limit * 2, std::chrono::seconds{10});
    }
    plan.report(outcome_of(WriteKind::ambiguous), static_cast<std::uint64_t>(attempt) * 0x9e3779b97f4a7c15U);
  }
}

TEST(WritePlan, RetryAfterIsAFloorUnderTheBackoff) {
  WritePlan plan{1};
  WriteOutcome throttled = outcome_of(WriteKind::throttled, 429);
  throttled.retry_after = std::chrono::seconds{30};
  plan.report(throttled, 0);
  EXPECT_EQ(std::get<WritePlan::Send>(plan.next()).delay, std::chrono::seconds{30});
  throttled.retry_after = std::chrono::seconds{0};
  plan.report(throttled, 0);
  EXPECT_GE(std::get<WritePlan::Send>(plan.next()).delay, milliseconds{100});
}

TEST(WritePlan, ADefiniteAnswerEndsTheBackoff) {
  WritePlan plan{4};
  for (int i = 0; i < 10; ++i) plan.report(outcome_of(WriteKind::ambiguous), 1);
  EXPECT_GT(std::get<WritePlan::Send>(plan.next()).delay, std::chrono::seconds{4});
  plan.report(outcome_of(WriteKind::refused_part, 400), 1);
  EXPECT_EQ(std::get<WritePlan::Send>(plan.next()).delay, milliseconds{0});
  plan.report(outcome_of(WriteKind::ambiguous), 1);
  EXPECT_LE(std::get<WritePlan::Send>(plan.next()).delay, milliseconds{100});
}

TEST(WritePlan, OnePoisonousLineOfAThousandCostsAboutTwoRequestsAHalving) {
  for (const std::size_t poison : {std::size_t{0}, std::size_t{499}, std::size_t{500}, std::size_t{999}}) {
    WritePlan plan{1000};
    int requests = 0;
    std::vector<std::size_t> buried;
    while (!std::holds_alternative<WritePlan::Done>(plan.next())) {
      const auto step = plan.next();
      if (const auto* bury = std::get_if<WritePlan::Bury>(&step)) {
        buried.push_back(bury->line);
        plan.buried();
        continue;
      }
      const auto send = std::get<WritePlan::Send>(step);
      ++requests;
      const bool poisoned = send.first <= poison && poison < send.last;
      plan.report(outcome_of(poisoned ? WriteKind::refused_part : WriteKind::acknowledged, poisoned ? 400 : 204), 0);
    }
    EXPECT_EQ(buried, std::vector{poison});
    EXPECT_LE(requests, 21);
  }
}

TEST(WritePlan, NoLinesAreNoRequest) { EXPECT_TRUE(std::holds_alternative<WritePlan::Done>(WritePlan{0}.next())); }

}  // namespace
}  // namespace metricstream::influx
