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

}  // namespace
}  // namespace metricstream::http
