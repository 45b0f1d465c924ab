// The group member on librdkafka's mock cluster, from records to windows. The mock holds every first join back for 3 s,
// so all scenarios of this file join at once, before the first test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "services/aggregator/fold/commit_metadata.hpp"
#include "tests/integration/aggregator/records.hpp"
#include "tests/integration/aggregator/running_aggregator.hpp"
#include "tests/support/eventually.hpp"

namespace metricstream::aggregator {
namespace {

using test::eventually;
using test::RunningAggregator;
using ::testing::HasSubstr;

std::string metadata(std::int64_t next, const std::string& fingerprint) {
  fold::CommitMetadata out;
  out.live_from = next;
  out.fingerprint = fingerprint;
  return fold::encode(out);
}

// What each scenario finds when it starts.
const std::map<std::string, std::function<void(RunningAggregator&)>> kScenarios{
    {"TruncatedAndIdle",
     [](RunningAggregator& it) {
       for (int i = 0; i < 3; ++i) it.append_tick(0, it.base_time + i);
       it.commit(0, 3, metadata(300, "0123456789abcdef"));
       it.commit(1, 0, "2;0;0;0;-;-;-");
     }},
};

class AggregatorTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const auto& [name, prepare] : kScenarios) {
      running_[name] = std::make_unique<RunningAggregator>();
      prepare(*running_[name]);
      running_[name]->start();
    }
  }
  static void TearDownTestSuite() { running_.clear(); }

  static RunningAggregator& running(const std::string& name) { return *running_.at(name); }

  static std::string reason_after_joining(const std::string& name) {
    RunningAggregator& it = running(name);
    EXPECT_TRUE(eventually([&] { return it.log_text().find("partition assigned") != std::string::npos; }));
    EXPECT_TRUE(
        eventually([&] { return it.not_ready() && it.not_ready()->find("partition 0") == 0; }, std::chrono::seconds(5)))
        << it.log_text();
    return it.not_ready().value_or("ready");
  }

  static bool shows(const std::string& name, const std::string& metric) {
    return running(name).metrics().find("\n" + metric + "\n") != std::string::npos;
  }

  static std::map<std::string, std::unique_ptr<RunningAggregator>> running_;
};

std::map<std::string, std::unique_ptr<RunningAggregator>> AggregatorTest::running_;

TEST_F(AggregatorTest, ALogThatEndsBelowNStopsThePartitionAlthoughNothingArrives) {
  const std::string reason = reason_after_joining("TruncatedAndIdle");
  EXPECT_THAT(reason, HasSubstr("300"));
  EXPECT_THAT(reason, HasSubstr("ends at 3"));
  EXPECT_TRUE(shows("TruncatedAndIdle", "metricstream_aggregate_partition_stopped{partition=\"0\"} 1"));
  EXPECT_TRUE(shows("TruncatedAndIdle", "metricstream_aggregate_partition_stopped{partition=\"1\"} 0"));
}

}  // namespace
}  // namespace metricstream::aggregator
