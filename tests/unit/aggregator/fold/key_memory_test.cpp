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
    std::set<std::uint32_t> seen;
    TimeNs hold;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Request> requests;
  std::map<std::pair<std::string, TimeNs>, TimeNs> adjusted;
  std::map<TimeNs, Position> pins;

  void forget(TimeNs through) {
    std::erase_if(requests, [&](const auto& entry) { return entry.second.hold <= through; });
    std::erase_if(adjusted, [&](const auto& entry) { return entry.second <= through; });
    std::erase_if(pins, [&](const auto& entry) { return entry.first <= through; });
  }
};

TEST(KeyMemory, RemembersRequestsAndAdjustedReadingsUntilTheirHoldAndPinsThem) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    KeyMemory memory;
    Model model;
    TimeNs through = 0;
    for (std::int64_t offset = 0; offset < 500; ++offset) {
      // Names that read the same when they are put together carelessly.
      const std::string client = random.chance(50) ? "a" : "ab";
      const std::string client_key = random.chance(50) ? "bc" : "c";
      const std::string body = std::to_string(random.below(4));
      const BatchKey key{client_key, hash128(body)};
      const KeyMemory::Hold hold{through + 10 * random.between(1, 6)};
      const auto name = std::tuple(client, client_key, body);
      if (random.chance(20)) {
        KeyMemory::Request* const found = memory.find(client, key);
        ASSERT_EQ(found != nullptr, model.requests.contains(name));
      } else if (random.chance(60)) {
        KeyMemory::Request* const request = memory.remember(client, key, hold);
        auto& expected = model.requests.try_emplace(name, Model::Request{{}, hold.end}).first->second;
        bool learnt = false;
        for (int i = 0; i < 5; ++i) {
          const auto index = static_cast<std::uint32_t>(random.below(300));
          const bool fresh = request->seen.insert(index);
          ASSERT_EQ(fresh, expected.seen.insert(index).second);
          learnt |= fresh;
        }
        if (learnt) {
          memory.extend(*request, hold);
          expected.hold = std::max(expected.hold, hold.end);
          memory.pin(hold, {offset, offset * 2});
          model.pins.try_emplace(hold.end, Position{offset, offset * 2});
        }
      } else {
        const TimeNs original = random.between(0, 20);
        ASSERT_EQ(memory.knows_adjusted(client, original), model.adjusted.contains({client, original}));
        memory.remember_adjusted(client, original, hold);
        model.adjusted.try_emplace({client, original}, hold.end);
      }
      if (random.chance(10)) {
        through += 10 * random.between(0, 3);
        memory.forget(through);
        model.forget(through);
      }
      ASSERT_EQ(memory.size(), model.requests.size() + model.adjusted.size());
      Position earliest{1'000'000, 7};
      for (const auto& [end, position] : model.pins) earliest = earlier(earliest, position);
      ASSERT_EQ(memory.earliest({1'000'000, 7}), earliest);
    }
  }
}

TEST(KeyMemory, TheLastHoldForgetsEverything) {
  KeyMemory memory;
  KeyMemory::Request* const request = memory.remember("c", {"k", {}}, {100});
  memory.extend(*request, {300});
  memory.extend(*request, {200});  // never shortens
  memory.pin({300}, {5, 50});
  memory.remember_adjusted("c\ns", 1, {100});
  memory.forget(299);
  EXPECT_EQ(memory.size(), 1U);
  EXPECT_EQ(memory.earliest({9, 90}), (Position{5, 50}));
  memory.forget(300);
  EXPECT_EQ(memory.size(), 0U);
  EXPECT_EQ(memory.earliest({9, 90}), (Position{9, 90}));
}

TEST(KeyMemory, ARequestIsItsClientItsKeyAndItsBody) {
  KeyMemory memory;
  (void)memory.remember("ab", {"c", hash128("x")}, {10});
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
