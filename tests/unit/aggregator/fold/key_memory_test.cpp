#include "services/aggregator/fold/key_memory.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "tests/unit/aggregator/support/random.hpp"

namespace metricstream::fold {
namespace {

using test::Random;

// The same with plain maps.
struct Model {
  struct Request {
    std::map<std::uint32_t, Position> seen;  // and the record that first showed it
    TimeNs hold;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Request> requests;
  std::map<std::pair<std::string, TimeNs>, TimeNs> adjusted;

  void forget(TimeNs through) {
    std::erase_if(requests, [&](const auto& entry) { return entry.second.hold <= through; });
    std::erase_if(adjusted, [&](const auto& entry) { return entry.second <= through; });
  }
  // A life that begins to read behind this does not know what this one knows.
  [[nodiscard]] Position needed(Position otherwise) const {
    for (const auto& [name, request] : requests) {
      for (const auto& [index, position] : request.seen) otherwise = earlier(otherwise, position);
    }
    return otherwise;
  }
};

// The memory and the model beside each other, under one random step after the other.
class Comparison {
 public:
  explicit Comparison(std::uint64_t seed) : random_(seed) {}

  void step(std::int64_t offset) {
    // Names that read the same when they are put together carelessly.
    client_ = random_.chance(50) ? "a" : "ab";
    client_key_ = random_.chance(50) ? "bc" : "c";
    body_ = std::to_string(random_.below(4));
    hold_ = {through_ + 10 * random_.between(1, 6)};
    if (random_.chance(20)) {
      ASSERT_EQ(memory_.find(client_, key()) != nullptr,
                model_.requests.contains(std::tuple(client_, client_key_, body_)));
    } else if (random_.chance(60)) {
      ASSERT_NO_FATAL_FAILURE(remember_request({offset, offset * 2}));
    } else {
      ASSERT_NO_FATAL_FAILURE(remember_adjusted());
    }
    if (random_.chance(10)) forget();
    ASSERT_EQ(memory_.size(), model_.requests.size() + model_.adjusted.size());
    const Position needed = model_.needed({1'000'000, 7});
    ASSERT_LE(memory_.earliest({1'000'000, 7}).offset, needed.offset);
  }

 private:
  [[nodiscard]] BatchKey key() const { return {client_key_, hash128(body_)}; }

  void remember_request(Position position) {
    KeyMemory::Request* const request = memory_.remember(client_, key(), hold_, position);
    const auto name = std::tuple(client_, client_key_, body_);
    auto& expected = model_.requests.try_emplace(name, Model::Request{{}, hold_.end}).first->second;
    bool learnt = false;
    for (int i = 0; i < 5; ++i) {
      const auto index = static_cast<std::uint32_t>(random_.below(300));
      const bool fresh = request->seen.insert(index);
      ASSERT_EQ(fresh, expected.seen.try_emplace(index, position).second);
      learnt |= fresh;
    }
    if (!learnt) return;
    memory_.extend(*request, hold_);
    expected.hold = std::max(expected.hold, hold_.end);
    memory_.pin(hold_, position);
  }

  void remember_adjusted() {
    const TimeNs original = random_.between(0, 20);
    ASSERT_EQ(memory_.knows_adjusted(client_, original), model_.adjusted.contains({client_, original}));
    memory_.remember_adjusted(client_, original, hold_);
    model_.adjusted.try_emplace({client_, original}, hold_.end);
  }

  void forget() {
    through_ += 10 * random_.between(0, 3);
    memory_.forget(through_);
    model_.forget(through_);
  }

  Random random_;
  KeyMemory memory_;
  Model model_;
  TimeNs through_ = 0;
  std::string client_;
  std::string client_key_;
  std::string body_;
  KeyMemory::Hold hold_{};
};

TEST(KeyMemory, RemembersRequestsAndAdjustedReadingsUntilTheirHoldAndPinsAllThatIsKnown) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    Comparison comparison(seed);
    for (std::int64_t offset = 0; offset < 500; ++offset) ASSERT_NO_FATAL_FAILURE(comparison.step(offset));
  }
}

TEST(KeyMemory, TheLastHoldForgetsEverything) {
  KeyMemory memory;
  KeyMemory::Request* const request = memory.remember("c", {"k", {}}, {100}, {3, 30});
  memory.extend(*request, {300});
  memory.extend(*request, {200});  // never shortens
  memory.pin({300}, {5, 50});
  memory.remember_adjusted("c\ns", 1, {100});
  memory.forget(299);
  EXPECT_EQ(memory.size(), 1U);
  EXPECT_EQ(memory.earliest({9, 90}), (Position{3, 30}));
  memory.forget(300);
  EXPECT_EQ(memory.size(), 0U);
  EXPECT_EQ(memory.earliest({9, 90}), (Position{9, 90}));
}

TEST(KeyMemory, ARequestIsItsClientItsKeyAndItsBody) {
  KeyMemory memory;
  (void)memory.remember("ab", {"c", hash128("x")}, {10}, {});
  EXPECT_NE(memory.find("ab", {"c", hash128("x")}), nullptr);
  EXPECT_EQ(memory.find("ab", {"c", hash128("y")}), nullptr);
  EXPECT_EQ(memory.find("ab", {"", hash128("x")}), nullptr);
  EXPECT_EQ(memory.find("a", {"bc", hash128("x")}), nullptr);
}

TEST(IndexSet, IsASetOfNumbers) {
  Random random(9);
  IndexSet set;
  std::set<std::uint32_t> model;
  for (int i = 0; i < 3000; ++i) {
    const auto index = static_cast<std::uint32_t>(random.below(2000));
    ASSERT_EQ(set.insert(index), model.insert(index).second) << index;
  }
}

}  // namespace
}  // namespace metricstream::fold
