#include "tests/integration/aggregator/running_aggregator.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <future>
#include <utility>

#include "common/codec/record.hpp"
#include "tests/integration/aggregator/records.hpp"

namespace metricstream::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTopic = "metrics-raw";

aggregator::AggregatorSettings small_settings(const std::string& url) {
  aggregator::AggregatorSettings out;
  out.kafka.topic = kTopic;
  out.kafka.partitions = RunningAggregator::kPartitions;
  out.windows = {{1s, 0ns}};
  out.group.session_timeout = 4s;  // above the 3 s for which the mock holds a first join back
  out.sinks.front().endpoint.url = url;
  out.sinks.front().batch.age = 20ms;
  return out;
}

struct NoListener final : kafka::ConsumerListener {
  void on_assigned(std::span<const std::int32_t>) override {}
  void on_revoked(std::span<const std::int32_t>, bool) override {}
  void on_committed(const kafka::PartitionCommit&, kafka::CommitError) override {}
  void on_error(const kafka::ConsumerFailure&) override {}
};

}  // namespace

RunningAggregator::RunningAggregator()
    : settings(small_settings(influx.url())),
      base_time(floor_to(SystemClock().now() - 5 * kMinute, kMinute)),
      log_((cluster.create_topic(kTopic, kPartitions), cluster), kTopic),
      logger_(
          LogSettings{},
          [this](std::string_view line) {
            const std::lock_guard lock(lines_mutex_);
            lines_.append(line) += '\n';
          },
          clock_) {
  aside.create_topic(kTopic, kPartitions);
  aside.create_topic(aggregator::kDeadLetterTopic, 1);
}

RunningAggregator::~RunningAggregator() { (void)stop(); }

kafka::ConsumerSettings RunningAggregator::member_settings() const {
  kafka::ConsumerSettings out;
  out.client = cluster.client(
      {{"fetch.wait.max.ms", "20"}, {"fetch.error.backoff.ms", "20"}, {"reconnect.backoff.max.ms", "100"}});
  out.topic = kTopic;
  out.group_id = settings.group.id;
  out.instance_id = settings.group.instance_id;
  out.session_timeout = settings.group.session_timeout;
  out.heartbeat_interval = 100ms;
  return out;
}

void RunningAggregator::commit(std::int32_t partition, std::int64_t offset, const std::string& metadata) {
  NoListener nobody;
  auto member = kafka::Consumer::create(member_settings(), nobody, ignore_log);
  ASSERT_TRUE(member) << member.error().message;
  const std::array commits{kafka::PartitionCommit{partition, offset, metadata}};
  ASSERT_EQ((*member)->commit_sync(commits, 5s), kafka::CommitError::none);
}

void RunningAggregator::commit_first() {
  for (std::int32_t i = 0; i < kPartitions; ++i) commit(i, 0, "2;0;0;0;-;-;-");
}

kafka::CommittedOffset RunningAggregator::committed(std::int32_t partition) const {
  NoListener nobody;
  const auto member = kafka::Consumer::create(member_settings(), nobody, ignore_log);
  if (!member) return {};
  const auto found = (*member)->committed(std::array{partition}, 5s);
  EXPECT_TRUE(found) << found.error().message;
  return found ? found->front() : kafka::CommittedOffset{};
}

std::int64_t RunningAggregator::append(std::int32_t partition, TimeNs at, std::string_view payload, int hole) {
  return log_.append(partition, at, payload, hole);
}

void RunningAggregator::append_with_create_time(std::int32_t partition, std::string payload) {
  kafka::ProducerSettings producing;
  producing.client = cluster.client();
  producing.topic = kTopic;
  const auto producer = kafka::Producer::create(std::move(producing), ignore_log).value();
  std::promise<bool> stored;
  kafka::Message message;
  message.partition = partition;
  message.payload = std::move(payload);
  ASSERT_FALSE(producer->submit(
      std::move(message), [&stored](const kafka::DeliveryResult& result) { stored.set_value(result.acknowledged()); }));
  ASSERT_TRUE(stored.get_future().get());
}

std::int64_t RunningAggregator::append_tick(std::int32_t partition, TimeNs at) {
  return append(partition, at, tick_bytes(at, kPartitions));
}

std::int64_t RunningAggregator::append_sample(std::int32_t partition, TimeNs at, const std::string& name,
                                              double value) {
  return append(partition, at, sample_bytes(at, kPartitions, name, value));
}

void RunningAggregator::make_parts() {
  fold_settings_ = aggregator::fold_settings(settings).value();
  metrics_ = std::make_unique<aggregator::AggregatorMetrics>(*registry_);
  kafka::ProducerSettings producing;
  producing.client = aside.client();
  producing.topic = kTopic;
  producer_ = kafka::Producer::create(std::move(producing), ignore_log).value();
  dead_letters_ = std::make_unique<aggregator::DeadLetterQueue>(*producer_);
  lease_ = std::make_unique<aggregator::Lease>(to_ns(settings.group.session_timeout));
  const std::vector<std::string> lanes{aggregator::kRawLane, "1s"};
  sink::SinkOptions options = sink::make_sink_options(settings.sinks.front(), lanes).value();
  options.may_send = [this](std::int32_t) { return lease_->holds(boot_time_ns()); };
  sink_ = std::make_unique<sink::Sink>(std::move(options), *dead_letters_, clock_, *registry_, logger_);
  aggregator_ = std::make_unique<aggregator::Aggregator>(
      aggregator::Aggregator::Parts{settings, fold_settings_, *producer_, *sink_, *dead_letters_, *lease_, clock_,
                                    *metrics_},
      logger_);
}

void RunningAggregator::start() {
  make_parts();
  thread_ = std::thread([this] {
    result_ = aggregator_->start(member_settings(), stop_);
    if (result_) result_ = aggregator_->run(stop_);
    ended_ = true;
  });
}

Result<void> RunningAggregator::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  return result_;
}

std::string RunningAggregator::metrics() const { return registry_->expose(metrics::Format::text); }

std::string RunningAggregator::log_text() const {
  const std::lock_guard lock(lines_mutex_);
  return lines_;
}

}  // namespace metricstream::test
