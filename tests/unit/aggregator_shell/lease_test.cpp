#include "services/aggregator/lease.hpp"

#include <gtest/gtest.h>

namespace metricstream::aggregator {
namespace {

TEST(Lease, IsNotHeldBeforeTheFirstAcceptedCommit) {
  const Lease lease(15 * kSecond);
  EXPECT_FALSE(lease.holds(0));
  EXPECT_FALSE(lease.holds(kHour));
}

TEST(Lease, LastsFourFifthsOfTheSessionFromWhenTheCommitWasSent) {
  Lease lease(15 * kSecond);
  lease.renew(100 * kSecond);
  EXPECT_TRUE(lease.holds(100 * kSecond));
  EXPECT_TRUE(lease.holds(112 * kSecond - 1));
  EXPECT_FALSE(lease.holds(112 * kSecond));
}

TEST(Lease, EndsAtOnceWhenThePartitionsAreGone) {
  Lease lease(15 * kSecond);
  lease.renew(100 * kSecond);
  lease.end();
  EXPECT_FALSE(lease.holds(100 * kSecond));
}

}  // namespace
}  // namespace metricstream::aggregator
