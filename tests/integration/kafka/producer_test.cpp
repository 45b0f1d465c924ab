#include <gmock/gmock.h>

#include <mutex>
#include <thread>

#include "tests/integration/kafka/producing.hpp"

namespace metricstream::test {
namespace {

using kafka::DeliveryStatus;
using testing::ElementsAre;
using testing::HasSubstr;

class ProducerTest : public testing::Test {
 protected:
  ProducerTest() { cluster_.create_topic(kTopic, 4); }
  MockKafka cluster_;
};

TEST_F(ProducerTest, BecomesReadyOnceTheTopicIsKnown) {
  const auto producer = make_producer(producer_settings(cluster_));
  EXPECT_TRUE(eventually([&] { return producer->ready(); }));
}

TEST_F(ProducerTest, IsNotReadyWhileNoBrokerAnswers) {
  cluster_.set_down(1);
  const auto producer = make_producer(producer_settings(cluster_));
  EXPECT_FALSE(eventually([&] { return producer->ready(); }, 600ms));
  cluster_.set_up(1);
  EXPECT_TRUE(eventually([&] { return producer->ready(); }));
}

TEST_F(ProducerTest, WritesToThePartitionNamedInTheOrderOfSending) {
  const auto producer = make_producer(producer_settings(cluster_));
  std::vector<std::future<kafka::DeliveryResult>> reports;
  for (int i = 0; i < 400; ++i) {
    reports.push_back(submit(*producer, message_to(i % 4, std::to_string(i))));
  }
  for (auto& report : reports) {
    EXPECT_TRUE(report.get().acknowledged());
  }
  const auto log = cluster_.read_log(kTopic);
  ASSERT_EQ(log.size(), 400U);
  for (std::size_t i = 0; i < log.size(); ++i) {
    const LoggedMessage expected{static_cast<int>(i / 100), static_cast<int>(i % 100), "client",
                                 std::to_string(i % 100 * 4 + i / 100)};
    EXPECT_EQ(log[i], expected);
  }
}

TEST_F(ProducerTest, CarriesEveryByteOfPayloadAndKey) {
  const auto producer = make_producer(producer_settings(cluster_));
  std::string every_byte;
  for (int i = 0; i < 256; ++i) {
    every_byte.push_back(static_cast<char>(i));
  }
  kafka::Message message = message_to(2, every_byte);
  message.key = every_byte;
  message.headers = {{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}};
  EXPECT_TRUE(submit(*producer, std::move(message)).get().acknowledged());
  const LoggedMessage expected{2, 0, every_byte, every_byte};
  EXPECT_THAT(cluster_.read_log(kTopic), ElementsAre(expected));
}

TEST_F(ProducerTest, WritesToAnotherTopicWhenTheMessageNamesIt) {
  cluster_.create_topic("metrics-dlq", 1);
  const auto producer = make_producer(producer_settings(cluster_));
  kafka::Message message = message_to(0, "dead");
  message.topic = "metrics-dlq";
  EXPECT_TRUE(submit(*producer, std::move(message)).get().acknowledged());
  EXPECT_THAT(payloads_of(cluster_.read_log("metrics-dlq")), ElementsAre("dead"));
  EXPECT_TRUE(cluster_.read_log(kTopic).empty());
}

TEST_F(ProducerTest, RefusesAPartitionThatItKnowsTheTopicDoesNotHave) {
  const auto producer = make_producer(producer_settings(cluster_));
  ASSERT_TRUE(eventually([&] { return producer->ready(); }));
  EXPECT_EQ(produce(*producer, 4, "nowhere").status, DeliveryStatus::unavailable);
  EXPECT_TRUE(cluster_.read_log(kTopic).empty());
}

TEST_F(ProducerTest, FailsAMessageWhosePartitionTurnsOutNotToExist) {
  cluster_.set_down(1);  // so that the message is queued before the topic's partitions are known
  const auto producer = make_producer(producer_settings(cluster_));
  auto report = submit(*producer, message_to(4, "nowhere"));
  ASSERT_EQ(report.wait_for(0s), std::future_status::timeout);
  cluster_.set_up(1);
  EXPECT_EQ(report.get().status, DeliveryStatus::failed);
  EXPECT_TRUE(cluster_.read_log(kTopic).empty());
}

TEST_F(ProducerTest, RefusesATooLargeMessageAtOnce) {
  auto settings = producer_settings(cluster_);
  settings.max_message_bytes = 10'000;
  const auto producer = make_producer(settings);
  bool reported = false;
  const auto refused = producer->submit(message_to(0, std::string(20'000, 'x')), [&](auto) { reported = true; });
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, DeliveryStatus::message_too_large);
  EXPECT_EQ(producer->in_flight_messages(), 0U);
  EXPECT_EQ(producer->in_flight_bytes(), 0U);
  EXPECT_TRUE(produce(*producer, 0, std::string(9'000, 'x')).acknowledged());
  EXPECT_FALSE(reported);
}

TEST_F(ProducerTest, RefusesAtOnceWhatTheQueueCannotHoldAndReportsTheRest) {
  auto settings = producer_settings(cluster_);
  settings.queue_messages = 100;
  const auto producer = make_producer(settings);
  ASSERT_TRUE(eventually([&] { return producer->ready(); }));
  cluster_.set_round_trip(1, 1200);
  std::vector<std::future<kafka::DeliveryResult>> accepted;
  int full = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 250; ++i) {
    auto report = submit(*producer, message_to(i % 4, "payload"));
    if (report.wait_for(0s) == std::future_status::ready) {
      EXPECT_EQ(report.get().status, DeliveryStatus::queue_full);
      ++full;
    } else {
      accepted.push_back(std::move(report));
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 1s) << "submitting must not wait for the broker";
  EXPECT_EQ(accepted.size(), 100U);
  EXPECT_EQ(full, 150);
  EXPECT_EQ(producer->in_flight_messages(), 100U);
  EXPECT_EQ(producer->in_flight_bytes(), 700U);
  for (auto& report : accepted) {
    EXPECT_TRUE(report.get().acknowledged());
  }
  cluster_.set_round_trip(1, 0);
  EXPECT_EQ(cluster_.read_log(kTopic).size(), 100U);
  EXPECT_TRUE(eventually([&] { return producer->in_flight_bytes() == 0; }));
  EXPECT_EQ(producer->statistics().queue_full, 150U);
  EXPECT_EQ(producer->statistics().acknowledged, 100U);
}

TEST_F(ProducerTest, TellsWhenNothingIsInFlightAtOnceOrAfterTheLastReport) {
  const auto producer = make_producer(producer_settings(cluster_));
  bool told_at_once = false;
  producer->when_empty([&] { told_at_once = true; });
  EXPECT_TRUE(told_at_once);

  std::atomic<int> reported = 0;
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(producer->submit(message_to(0, "payload"), [&](auto) { ++reported; }));
  }
  std::promise<int> reported_when_empty;
  producer->when_empty([&] { reported_when_empty.set_value(reported); });
  EXPECT_EQ(reported_when_empty.get_future().get(), 50);
}

TEST_F(ProducerTest, ReportsWhatIsUnansweredWhenItIsDestroyedExactlyOnce) {
  cluster_.set_round_trip(1, 1200);
  auto producer = make_producer(producer_settings(cluster_));
  std::vector<std::future<kafka::DeliveryResult>> reports;
  for (int i = 0; i < 100; ++i) {
    reports.push_back(submit(*producer, message_to(i % 4, "payload")));
  }
  producer.reset();
  for (auto& report : reports) {
    ASSERT_EQ(report.wait_for(0s), std::future_status::ready);
    EXPECT_EQ(report.get().status, DeliveryStatus::failed);
  }
}

TEST_F(ProducerTest, KnowsItsTopicsNumberOfPartitions) {
  const auto producer = make_producer(producer_settings(cluster_));
  EXPECT_EQ(producer->partition_count(kTopic, 5s).value(), 4);
  cluster_.set_down(1);
  EXPECT_THAT(producer->partition_count(kTopic, 100ms).error().message, HasSubstr("cannot ask Kafka about topic"));
}

TEST_F(ProducerTest, RefusesPropertiesThatTheGuaranteesRestOn) {
  for (const char* name : {"acks", "enable.idempotence", "partitioner", "retries", "enable.auto.commit"}) {
    const auto producer = kafka::Producer::create(producer_settings(cluster_, {{name, "1"}}), ignore_log);
    ASSERT_FALSE(producer) << name;
    EXPECT_THAT(producer.error().message, HasSubstr("'" + std::string(name) + "' cannot be set"));
  }
}

TEST_F(ProducerTest, NamesAPropertyThatLibrdkafkaDoesNotKnow) {
  const auto producer = kafka::Producer::create(producer_settings(cluster_, {{"linger.msec", "1"}}), ignore_log);
  ASSERT_FALSE(producer);
  EXPECT_THAT(producer.error().message, HasSubstr("'linger.msec'"));
}

TEST_F(ProducerTest, SaysThatBrokersAreMissing) {
  auto settings = producer_settings(cluster_);
  settings.client.brokers.clear();
  const auto producer = kafka::Producer::create(settings, ignore_log);
  ASSERT_FALSE(producer);
  EXPECT_THAT(producer.error().message, HasSubstr("no Kafka brokers given"));
}

TEST_F(ProducerTest, HandsLibrdkafkasLinesToTheLogCallback) {
  std::mutex mutex;
  std::string lines;
  cluster_.set_down(1);
  auto producer = kafka::Producer::create(producer_settings(cluster_), [&](auto, auto facility, auto text) {
    const std::scoped_lock lock(mutex);
    lines += std::string(facility) + ": " + std::string(text) + "\n";
  });
  ASSERT_TRUE(producer);
  EXPECT_TRUE(eventually([&] {
    const std::scoped_lock lock(mutex);
    return lines.find("Connection refused") != std::string::npos;
  })) << lines;
}

}  // namespace
}  // namespace metricstream::test
