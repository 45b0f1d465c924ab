#include "common/model/batch.hpp"

#include <gmock/gmock.h>

#include <random>
#include <string>

namespace metricstream {
namespace {

TEST(StringArena, views_stay_valid_while_it_grows) {
  std::mt19937_64 random(1);
  StringArena arena;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::string> written;
    std::vector<std::string_view> kept;
    for (int i = 0; i < 3000; ++i) {
      const std::size_t size = i % 100 == 0 ? random() % 40'000 : random() % 200;  // some larger than a chunk
      written.emplace_back(size, static_cast<char>('a' + i % 26));
      kept.push_back(arena.store(written.back()));
    }
    for (std::size_t i = 0; i < written.size(); ++i) ASSERT_EQ(kept[i], written[i]);
    arena.clear();
  }
}

TEST(StringArena, an_empty_string_needs_no_place) { EXPECT_TRUE(StringArena().store("").empty()); }

TEST(Batch, clear_leaves_nothing) {
  Batch batch;
  batch.dictionary.push_back(batch.arena.store("cpu"));
  batch.tags.push_back({0, 0});
  batch.series.push_back({.name = 0});
  batch.sample_series.push_back(0);
  batch.timestamps.push_back(1);
  batch.values.push_back(1);
  batch.indexes.push_back(0);
  batch.adjusted.push_back({0, 1});
  batch.arrivals.push_back(0);
  EXPECT_EQ(batch.size(), 1U);
  batch.clear();
  EXPECT_EQ(batch.size(), 0U);
  EXPECT_TRUE(batch.dictionary.empty() && batch.tags.empty() && batch.series.empty() && batch.sample_series.empty());
  EXPECT_TRUE(batch.timestamps.empty() && batch.indexes.empty() && batch.adjusted.empty() && batch.arrivals.empty());
}

}  // namespace
}  // namespace metricstream
