#include "common/base/current_value.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace metricstream {
namespace {

std::shared_ptr<const int> made(int number) { return std::make_shared<const int>(number); }

TEST(CurrentValue, IsTheLastOneAndTheOneBeforeIsLetGo) {
  const auto first = made(1);
  CurrentValue<int> value(first);
  EXPECT_EQ(value.get(), first);
  const auto held = value.get();
  const auto second = made(2);
  value.use(second);
  EXPECT_EQ(value.get(), second);
  EXPECT_EQ(*held, 1) << "who holds the old one keeps it";
  EXPECT_EQ(first.use_count(), 2);
  value.use(made(3));
  EXPECT_EQ(second.use_count(), 1);
}

TEST(CurrentValue, OfAnotherThreadIsCountedApart) {
  const CurrentValue<int> value(made(1));
  const auto here = value.get();
  const auto again = value.get();
  EXPECT_EQ(here.use_count(), 3);
  std::jthread([&] { EXPECT_EQ(value.get().use_count(), 2); }).join();
}

// What begins after use() has returned sees what it was given, or something later; on any thread.
TEST(CurrentValue, NeverGoesBack) {
  constexpr int kLast = 300;
  CurrentValue<int> value(made(0));
  std::atomic<int> used = 0;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      for (int seen = 0; seen < kLast;) {
        const int at_least = used;
        seen = *value.get();
        ASSERT_GE(seen, at_least);
        std::this_thread::yield();  // a mutex need not be fair to the writer
      }
    });
  }
  for (int i = 1; i <= kLast; ++i) {
    value.use(made(i));
    used = i;
  }
}

}  // namespace
}  // namespace metricstream
