#include "common/metrics/instruments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <thread>

namespace metricstream::metrics {
namespace {

template <class Work>
void on_threads(int count, Work work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
}

TEST(Counter, LosesNothingBetweenThreads) {
  Counter counter;
  on_threads(12, [&] {
    for (int i = 0; i < 10'000; ++i) counter.add();
    counter.add(5);
  });
  EXPECT_EQ(counter.value(), 12U * 10'005U);
}

TEST(Gauge, SetsAndAdds) {
  Gauge gauge;
  gauge.set(10);
  on_threads(4, [&] {
    for (int i = 0; i < 1000; ++i) gauge.add(1);
    for (int i = 0; i < 1000; ++i) gauge.add(-1);
  });
  EXPECT_EQ(gauge.value(), 10);
}

TEST(Histogram, PutsEachValueInTheFirstBucketThatHoldsIt) {
  const std::vector<double> bounds{0.1, 1, 10};
  std::mt19937 random(2);
  std::uniform_real_distribution<double> values(0, 20);
  Histogram histogram(bounds);
  std::vector<std::uint64_t> expected(4);
  double sum = 0;
  for (int i = 0; i < 5000; ++i) {
    const double value = i % 10 == 0 ? bounds[random() % 3] : values(random);  // the bounds themselves, too
    histogram.observe(value);
    sum += value;
    std::size_t bucket = 0;
    while (bucket < bounds.size() && value > bounds[bucket]) ++bucket;
    ++expected[bucket];
  }
  histogram.observe(std::numeric_limits<double>::infinity());
  ++expected[3];
  EXPECT_EQ(histogram.snapshot().counts, expected);
  EXPECT_EQ(histogram.snapshot().total(), 5001U);
  Histogram finite(bounds);
  finite.observe(2);
  finite.observe(3.5);
  EXPECT_EQ(finite.snapshot().sum, 5.5);
  EXPECT_GT(sum, 0);
}

TEST(Histogram, LosesNothingBetweenThreads) {
  Histogram histogram(duration_bounds());
  on_threads(12, [&] {
    for (int i = 0; i < 5'000; ++i) histogram.observe(0.5);
  });
  EXPECT_EQ(histogram.snapshot().total(), 60'000U);
  EXPECT_EQ(histogram.snapshot().sum, 30'000);
}

TEST(Histogram, RefusesBoundsOutOfOrder) {
  for (const std::vector<double>& bounds :
       {std::vector<double>{1, 1}, {2, 1}, {1, std::numeric_limits<double>::infinity()}}) {
    EXPECT_THROW(Histogram{bounds}, std::invalid_argument);
  }
  EXPECT_TRUE(std::ranges::is_sorted(duration_bounds()));
  EXPECT_TRUE(std::ranges::is_sorted(size_bounds()));
}

}  // namespace
}  // namespace metricstream::metrics
