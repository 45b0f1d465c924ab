// The group member on librdkafka's mock cluster, from records to windows. The mock holds every first join back for 3 s,
// so all scenarios of this file join at once, before the first test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>

#include "services/aggregator/fold/commit_metadata.hpp"
#include "tests/integration/aggregator/records.hpp"
#include "tests/integration/aggregator/runbook.hpp"
#include "tests/integration/aggregator/running_aggregator.hpp"
#include "tests/support/eventually.hpp"

namespace metricstream::aggregator {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::KafkaError;
using test::KafkaRequest;
using test::RunningAggregator;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kFirst = "2;0;0;0;-;-;-";

std::string metadata(std::int64_t next, const std::string& fingerprint) {
  fold::CommitMetadata out;
  out.live_from = next;
  out.fingerprint = fingerprint;
  return fold::encode(out);
}

bool reads_partition(const std::vector<test::LoggedMessage>& log, std::int32_t partition) {
  return std::ranges::find(log, partition, &test::LoggedMessage::partition) != log.end();
}

// What each scenario finds when it starts.
const std::map<std::string, std::function<void(RunningAggregator&)>> kScenarios{
    {"Straight", &RunningAggregator::commit_first},
    {"Revoked", &RunningAggregator::commit_first},
    {"CreateTime", &RunningAggregator::commit_first},
    {"Idle", &RunningAggregator::commit_first},
    {"Hole", &RunningAggregator::commit_first},
    {"Fenced",
     [](RunningAggregator& it) {
       it.settings.group.instance_id = "slot-1";
       it.commit_first();
     }},
    {"NoCommit", [](RunningAggregator&) {}},
    {"BadMetadata",
     [](RunningAggregator& it) {
       it.commit(0, 0, "");  // as kafka-consumer-groups --reset-offsets leaves it
       it.commit(1, 0, kFirst);
     }},
    {"SlowLeader",
     [](RunningAggregator& it) {
       it.commit_first();
       it.cluster.delay_next(1, KafkaRequest::list_offsets, {{KafkaError::none, 800}});
     }},
    {"Unreachable",
     [](RunningAggregator& it) {
       it.commit_first();
       it.cluster.set_down(1);
     }},
    {"TruncatedAndIdle",
     [](RunningAggregator& it) {
       for (int i = 0; i < 3; ++i) it.append_tick(0, it.base_time + i);
       it.commit(0, 3, metadata(300, "0123456789abcdef"));
       it.commit(1, 0, kFirst);
     }},
};

class AggregatorTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::map<std::string, std::future<std::unique_ptr<RunningAggregator>>> starting;
    for (const auto& [name, prepare] : kScenarios) {
      starting[name] = std::async(std::launch::async, [&prepare] {
        auto it = std::make_unique<RunningAggregator>();
        prepare(*it);
        it->start();
        return it;
      });
    }
    for (auto& [name, started] : starting) running_[name] = started.get();
  }
  static void TearDownTestSuite() {
    for (const auto& [name, it] : running_) it->ask_to_stop();
    running_.clear();
  }

  static RunningAggregator& running(const std::string& name) { return *running_.at(name); }

  static bool becomes_ready(RunningAggregator& it) {
    return eventually([&] { return !it.not_ready(); });
  }

  // Why this one is not ready, once partition 0 is the reason.
  static std::string reason_of(RunningAggregator& it) {
    EXPECT_TRUE(eventually([&] { return it.not_ready().value_or("").starts_with("partition 0"); })) << it.log_text();
    const std::string reason = it.not_ready().value_or("ready");
    EXPECT_TRUE(test::runbook_has(reason)) << reason;
    return reason;
  }

  static bool shows(RunningAggregator& it, const std::string& metric) {
    return eventually([&] { return it.metrics().find("\n" + metric + "\n") != std::string::npos; }, 5s);
  }

  static std::string point(RunningAggregator& it, const std::string& policy, const std::string& name, TimeNs time) {
    const std::pair key{policy, name + ",client_id=c " + std::to_string(time)};
    EXPECT_TRUE(it.influx.wait_until([&](const auto& points) { return points.contains(key); })) << key.second;
    return it.influx.points()[key];
  }

  static std::int64_t committed_next(RunningAggregator& it, std::int32_t partition) {
    const auto parsed = fold::parse_commit_metadata(it.committed(partition).metadata);
    return parsed ? parsed->live_from : -1;
  }

  static std::map<std::string, std::unique_ptr<RunningAggregator>> running_;
};

std::map<std::string, std::unique_ptr<RunningAggregator>> AggregatorTest::running_;

// The first, because it takes as long as the others need to join.
TEST_F(AggregatorTest, WaitsForABrokerAndNamesThoseItAsks) {
  RunningAggregator& it = running("Unreachable");
  ASSERT_TRUE(eventually([&] { return it.not_ready().value_or("").find(it.cluster.brokers()) != std::string::npos; }))
      << it.not_ready().value_or("ready");
  EXPECT_TRUE(eventually([&] { return it.log_text().find(it.cluster.brokers()) != std::string::npos; }))
      << it.log_text();
  EXPECT_FALSE(it.has_ended());
  it.cluster.set_up(1);
  EXPECT_TRUE(becomes_ready(it)) << it.log_text();
}

TEST_F(AggregatorTest, BringsRecordsToWindowsAndCommitsThemAtACleanEnd) {
  RunningAggregator& it = running("Straight");
  ASSERT_TRUE(becomes_ready(it)) << it.log_text();
  it.append_sample(0, it.base_time, "cpu", 1);
  it.append(0, it.base_time, "no record");
  it.append_sample(0, it.base_time + kSecond / 2, "cpu", 3);
  it.append_tick(0, it.base_time + kSecond);
  it.append_sample(1, it.base_time, "mem", 7);
  EXPECT_THAT(point(it, "1s", "cpu", it.base_time), AllOf(HasSubstr("count=2i"), HasSubstr("sum=4")));
  EXPECT_THAT(point(it, "raw", "cpu", it.base_time), HasSubstr("value=1"));
  EXPECT_THAT(point(it, "raw", "mem", it.base_time), HasSubstr("value=7"));
  EXPECT_TRUE(shows(it, "metricstream_aggregate_samples_total{outcome=\"counted\"} 3"));
  EXPECT_TRUE(shows(it, "metricstream_aggregate_records_dead_lettered_total 1"));
  ASSERT_TRUE(eventually([&] { return committed_next(it, 0) == 4; })) << "the dead letter is stored";
  it.append_sample(0, it.base_time + kSecond, "cpu", 5);
  (void)point(it, "raw", "cpu", it.base_time + kSecond);
  const auto stopped = it.stop();
  EXPECT_TRUE(stopped) << stopped.error().message;
  EXPECT_EQ(committed_next(it, 0), 5);
  EXPECT_EQ(committed_next(it, 1), 1);
  EXPECT_EQ(it.aside.read_log(kDeadLetterTopic).at(0).payload, "no record");
}

TEST_F(AggregatorTest, TicksWhatIsIdle) {
  RunningAggregator& it = running("Idle");
  ASSERT_TRUE(becomes_ready(it)) << it.log_text();
  for (std::int32_t partition = 0; partition < RunningAggregator::kPartitions; ++partition) {
    EXPECT_TRUE(eventually([&] { return reads_partition(it.aside.read_log("metrics-raw"), partition); }));
  }
}

TEST_F(AggregatorTest, AMessageWithTheProducersTimeStopsItsPartitionAndNoOther) {
  RunningAggregator& it = running("CreateTime");
  ASSERT_TRUE(becomes_ready(it)) << it.log_text();
  it.append_with_create_time(0, test::tick_bytes(it.base_time, RunningAggregator::kPartitions));
  EXPECT_THAT(reason_of(it), HasSubstr("message.timestamp.type=LogAppendTime"));
  it.append_sample(1, it.base_time, "cpu", 2);
  EXPECT_THAT(point(it, "raw", "cpu", it.base_time), HasSubstr("value=2"));
}

TEST_F(AggregatorTest, AHoleThatIsStillThereWhenAskedAgainStopsThePartition) {
  RunningAggregator& it = running("Hole");
  ASSERT_TRUE(becomes_ready(it)) << it.log_text();
  it.append_tick(0, it.base_time);
  it.append(0, it.base_time, test::tick_bytes(it.base_time, RunningAggregator::kPartitions), 1);
  EXPECT_THAT(reason_of(it), HasSubstr("the log has a hole: expected offset 1, the next one is 2"));
  EXPECT_THAT(it.log_text(), HasSubstr("offsets are missing, asking again"));
}

TEST_F(AggregatorTest, ALogThatEndsBelowNStopsThePartitionAlthoughNothingArrives) {
  RunningAggregator& it = running("TruncatedAndIdle");
  EXPECT_THAT(reason_of(it), HasSubstr("up to offset 300 were written, but the log ends at 3"));
  EXPECT_TRUE(shows(it, "metricstream_aggregate_partition_stopped{partition=\"0\"} 1"));
  EXPECT_TRUE(shows(it, "metricstream_aggregate_partition_stopped{partition=\"1\"} 0"));
  // What arrives now is acknowledged, and waits in the log for the operator: it is not taken for a replay.
  it.append_sample(0, it.base_time, "cpu", 1);
  it.append_sample(1, it.base_time, "mem", 1);
  EXPECT_THAT(point(it, "raw", "mem", it.base_time), HasSubstr("value=1"));
  EXPECT_TRUE(shows(it, "metricstream_consumer_next_offset{partition=\"0\"} 3"));
  EXPECT_EQ(it.committed(0).offset, 3);
  EXPECT_EQ(committed_next(it, 0), 300);
}

TEST_F(AggregatorTest, ALeaderThatAnswersLateIsAskedAgain) {
  RunningAggregator& it = running("SlowLeader");
  EXPECT_TRUE(becomes_ready(it)) << it.log_text();
  EXPECT_THAT(it.log_text(), HasSubstr("leader has not said yet where its log begins"));
  it.append_sample(0, it.base_time, "cpu", 5);
  EXPECT_THAT(point(it, "raw", "cpu", it.base_time), HasSubstr("value=5"));
}

TEST_F(AggregatorTest, WithoutAnyCommitItEndsAndSaysWhatToRun) {
  RunningAggregator& it = running("NoCommit");
  ASSERT_TRUE(eventually([&] { return it.has_ended(); }));
  const auto ended = it.stop();
  ASSERT_FALSE(ended);
  EXPECT_THAT(ended.error().message, HasSubstr("run metricstream-admin setup kafka once"));
  EXPECT_TRUE(test::runbook_has(ended.error().message));
}

TEST_F(AggregatorTest, ACommitWithoutMetadataLeavesItsPartitionAloneAndTheOtherGoesOn) {
  RunningAggregator& it = running("BadMetadata");
  EXPECT_THAT(reason_of(it), HasSubstr("commit metadata ''"));
  EXPECT_TRUE(shows(it, "metricstream_aggregate_partition_stopped{partition=\"0\"} 1"));
  it.append_sample(1, it.base_time, "cpu", 2);
  EXPECT_THAT(point(it, "raw", "cpu", it.base_time), HasSubstr("value=2"));
  EXPECT_EQ(it.committed(0).metadata, "");
}

TEST_F(AggregatorTest, AFencedMemberEndsAndSaysOnceWhatToChange) {
  RunningAggregator& it = running("Fenced");
  ASSERT_TRUE(becomes_ready(it)) << it.log_text();
  it.cluster.fail_next(KafkaRequest::heartbeat, {KafkaError::fenced_instance_id});
  ASSERT_TRUE(eventually([&] { return it.has_ended(); }));
  const auto ended = it.stop();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().message,
            "another process uses group.instance_id 'slot-1': each process needs one of its own");
  EXPECT_TRUE(test::runbook_has(ended.error().message));
}

// Takes what it is given and reads nothing.
struct Guest final : kafka::ConsumerListener {
  void on_assigned(std::span<const std::int32_t> partitions) override {
    owned.assign(partitions.begin(), partitions.end());
  }
  void on_revoked(std::span<const std::int32_t>, bool) override { owned.clear(); }
  void on_committed(const kafka::PartitionCommit&, kafka::CommitError) override {}
  void on_error(const kafka::ConsumerFailure&) override {}
  std::vector<std::int32_t> owned;
};

TEST_F(AggregatorTest, ARevokedPartitionIsLeftToItsNextOwner) {
  RunningAggregator& it = running("Revoked");
  ASSERT_TRUE(becomes_ready(it)) << it.log_text();
  it.append_sample(0, it.base_time, "cpu", 1);
  it.append_sample(1, it.base_time, "mem", 1);
  (void)point(it, "raw", "cpu", it.base_time);
  (void)point(it, "raw", "mem", it.base_time);
  EXPECT_TRUE(eventually([&] { return committed_next(it, 0) == 1 && committed_next(it, 1) == 1; }));

  Guest guest;
  const auto member = kafka::Consumer::create(it.member_settings(), guest, test::ignore_log).value();
  ASSERT_TRUE(eventually([&] {
    (void)member->poll(10ms);
    return guest.owned.size() == 1;
  }));
  const std::int32_t gone = guest.owned.front();
  const std::int32_t kept = 1 - gone;
  it.append_sample(gone, it.base_time + 1, "disk", 1);
  it.append_sample(kept, it.base_time + 1, "net", 1);
  EXPECT_THAT(point(it, "raw", "net", it.base_time + 1), HasSubstr("value=1"));
  const std::string of_gone = "metricstream_consumer_next_offset{partition=\"" + std::to_string(gone) + "\"}";
  EXPECT_TRUE(eventually([&] { return it.metrics().find(of_gone) == std::string::npos; }));
  EXPECT_FALSE(it.influx.points().contains({"raw", "disk,client_id=c " + std::to_string(it.base_time + 1)}));
  EXPECT_EQ(committed_next(it, gone), 1);
}

}  // namespace
}  // namespace metricstream::aggregator
