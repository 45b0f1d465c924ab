#include "common/http/request_space.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace metricstream::http {
namespace {

TEST(RequestSpacePool, LendsWhatCameBack) {
  RequestSpacePool pool;
  RequestSpace* first = nullptr;
  {
    const auto lease = pool.lend();
    first = lease.get();
    EXPECT_EQ(pool.free_count(), 0U);
  }
  EXPECT_EQ(pool.free_count(), 1U);
  EXPECT_EQ(pool.lend().get(), first);
}

TEST(RequestSpacePool, KeepsNoMoreThanItsShare) {
  RequestSpacePool pool(2);
  {
    std::vector<RequestSpacePool::Lease> leases;
    for (int i = 0; i < 3; ++i) leases.push_back(pool.lend());
  }
  EXPECT_EQ(pool.free_count(), 2U);
}

TEST(RequestSpacePool, LendsEmptySpacesOfUsualSize) {
  RequestSpacePool pool;
  {
    const auto lease = pool.lend();
    lease->input.commit(lease->input.space().size());
    ASSERT_TRUE(lease->head.add_field({"A", "b"}));
    lease->body.assign(1'000'000, 'x');
    lease->output.assign(100, 'x');
  }
  const auto again = pool.lend();
  EXPECT_TRUE(again->input.empty());
  EXPECT_EQ(again->input.space().size(), ReadBuffer::kCapacity);
  EXPECT_TRUE(again->head.fields().empty());
  EXPECT_TRUE(again->body.empty());
  EXPECT_LT(again->body.capacity(), 100'000U) << "one large body is no reason to keep its memory";
  EXPECT_TRUE(again->output.empty());
}

TEST(RequestSpacePool, GivesMemoryBackOnceWhenACrowdHasGone) {
  constexpr std::size_t kCrowd = 2000;
  int trims = 0;
  RequestSpacePool pool(10, [&trims] { ++trims; });
  for (int i = 0; i < 2; ++i) {
    std::vector<RequestSpacePool::Lease> leases;
    for (std::size_t k = 0; k < kCrowd; ++k) leases.push_back(pool.lend());
    while (leases.size() > HeapTrim::kFew + kCrowd / HeapTrim::kCrowd + 1) leases.pop_back();
    EXPECT_EQ(trims, i) << "the crowd is still there";
    leases.clear();
    EXPECT_EQ(trims, 1) << "the second time came too early";
  }
}

TEST(RequestSpacePool, GivesNothingBackForWhatItKeeps) {
  int trims = 0;
  RequestSpacePool pool(RequestSpacePool::kDefaultKept, [&trims] { ++trims; });
  for (int i = 0; i < 2000; ++i) {
    const auto lease = pool.lend();
    lease->output.assign(1000, 'x');
  }
  EXPECT_EQ(trims, 0);
}

TEST(RequestSpacePool, GivesTheMemoryOfLargeBodiesBack) {
  int trims = 0;
  RequestSpacePool pool(RequestSpacePool::kDefaultKept, [&trims] { ++trims; });
  for (std::size_t freed = 0; freed < HeapTrim::kWorth; freed += 1'000'000) {
    EXPECT_EQ(trims, 0) << freed;
    pool.lend()->body.assign(1'000'000, 'x');
  }
  EXPECT_EQ(trims, 1);
}

TEST(HeapTrim, IsDueForMuchWhenFewAreLeftAndNotOften) {
  const HeapTrim::Clock::time_point start{std::chrono::hours{1}};
  HeapTrim heap;
  heap.on_use(1600);
  heap.on_free(HeapTrim::kWorth - 1);
  EXPECT_FALSE(heap.is_due(0, start)) << "not worth it";
  heap.on_free(1);
  const std::size_t few = HeapTrim::kFew + 1600 / HeapTrim::kCrowd;
  EXPECT_FALSE(heap.is_due(few + 1, start)) << "too many are left";
  EXPECT_TRUE(heap.is_due(few, start));
  EXPECT_FALSE(heap.is_due(0, start)) << "done";
  heap.on_free(HeapTrim::kWorth);
  EXPECT_TRUE(heap.is_worth_it(HeapTrim::kFew));
  EXPECT_FALSE(heap.is_due(HeapTrim::kFew, start + HeapTrim::kPause - std::chrono::nanoseconds{1}));
  EXPECT_TRUE(heap.is_due(HeapTrim::kFew, start + HeapTrim::kPause));
}

TEST(HeapTrim, ForgetsACrowdThatItHasDealtWith) {
  const HeapTrim::Clock::time_point start{std::chrono::hours{1}};
  HeapTrim heap;
  heap.on_use(16'000);
  heap.on_free(HeapTrim::kWorth);
  ASSERT_TRUE(heap.is_due(100, start));
  heap.on_free(HeapTrim::kWorth);
  EXPECT_FALSE(heap.is_worth_it(100)) << "now these are the usual";
  EXPECT_TRUE(heap.is_worth_it(HeapTrim::kFew + 100 / HeapTrim::kCrowd));
}

}  // namespace
}  // namespace metricstream::http
