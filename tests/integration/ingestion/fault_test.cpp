#include <atomic>
#include <csignal>
#include <set>

#include "tests/integration/ingestion/ingest_fixture.hpp"

namespace metricstream::ingestion::test {
namespace {

std::string sample(int value) { return R"({"name":"m","value":)" + std::to_string(value) + "}"; }

RawResponse post(RawHttp& client, int value) {
  return client.post("/metrics", sample(value), "Idempotency-Key: k" + std::to_string(value) + "\r\n");
}

std::multiset<double> stored_values(const MockKafka& kafka) {
  std::multiset<double> values;
  for (const StoredRecord& stored : stored_records(kafka)) {
    values.insert(stored.record->batch.values.begin(), stored.record->batch.values.end());
  }
  return values;
}

TEST_F(IngestTest, AfterEveryProduceErrorA202MeansInTheLog) {
  IngestSettings settings = settings_for(kafka.brokers());
  settings.producer.message_timeout = 3s;
  settings.http.timeouts.acknowledge = 3s;
  start(settings);
  RawHttp client(app->port(), 20s);
  std::set<int> accepted;
  int value = 0;
  for (const KafkaError error : {KafkaError::not_leader, KafkaError::request_timed_out, KafkaError::not_enough_replicas,
                                 KafkaError::not_enough_replicas_after_append, KafkaError::msg_size_too_large,
                                 KafkaError::topic_authorization_failed, KafkaError::unknown_topic_or_partition}) {
    kafka.fail_next(KafkaRequest::produce, {error});
    for (int i = 0; i < 3; ++i) {
      const auto response = post(client, ++value);
      if (response.status == 202) {
        accepted.insert(value);
      } else {
        EXPECT_EQ(response.status, 503) << response.body;
        EXPECT_GE(std::stoi(response.headers.at("retry-after")), 1);
      }
    }
  }
  EXPECT_GE(accepted.size(), 14U) << "what can be retried is";
  const auto stored = stored_values(kafka);
  for (const int one : accepted) EXPECT_EQ(stored.count(one), 1U) << one;
}

TEST_F(IngestTest, WithoutAnAcknowledgementInTimeIt503sWhileTheRecordLivesOn) {
  IngestSettings settings = settings_for(kafka.brokers());
  settings.http.timeouts.acknowledge = 300ms;
  start(settings);
  RawHttp client(app->port());
  EXPECT_EQ(post(client, 1).status, 202);
  kafka.set_round_trip(1, 2000);
  const auto late = post(client, 2);
  EXPECT_EQ(late.status, 503);
  EXPECT_TRUE(late.body.contains("err-ms-not-acknowledged"));
  const auto text = client.get("/metrics", "Accept: text/plain\r\n").body;
  EXPECT_TRUE(text.contains("metricstream_ingest_samples_unconfirmed_total 1\n"));
  EXPECT_TRUE(text.contains("metricstream_kafka_producer_queue_messages 1\n")) << "its bytes count until its report";
  kafka.set_round_trip(1, 0);
  EXPECT_TRUE(eventually([&] { return stored_values(kafka).count(2) == 1; }));
}

TEST_F(IngestTest, AFullQueueIs503AtOnce) {
  IngestSettings settings = settings_for(kafka.brokers());
  settings.producer.queue_records = 1;
  start(settings);
  RawHttp first(app->port());
  EXPECT_EQ(post(first, 1).status, 202);
  kafka.set_round_trip(1, 3000);
  first.send(post_request("/metrics", sample(2)));
  RawHttp reader(app->admin_port());
  ASSERT_TRUE(eventually(
      [&] { return reader.get("/metrics", "Accept: text/plain\r\n").body.contains("producer_queue_messages 1\n"); }));
  RawHttp second(app->port());
  const auto start_time = std::chrono::steady_clock::now();
  const auto refused = post(second, 3);
  EXPECT_LT(std::chrono::steady_clock::now() - start_time, 2s) << "long before Kafka answers";
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.body.contains("err-ms-overloaded")) << refused.body;
  kafka.set_round_trip(1, 0);
  EXPECT_EQ(first.read().status, 202);
  EXPECT_EQ(stored_values(kafka), (std::multiset<double>{1, 2}));
}

TEST_F(IngestTest, StaysReadyThroughAnOutageOfKafka) {
  IngestSettings settings = settings_for(kafka.brokers());
  settings.http.timeouts.acknowledge = 200ms;
  start(settings);
  kafka.set_down(1);
  RawHttp client(app->port());
  EXPECT_EQ(post(client, 1).status, 503);
  EXPECT_EQ(client.get("/-/ready").status, 200) << "else all replicas would leave the balancer at once";
  kafka.set_up(1);
  EXPECT_TRUE(eventually([&] { return post(client, 2).status == 202; }));
}

TEST(IngestStart, IsNotReadyAndRefusesUnreadUntilKafkaHasBeenReached) {
  auto kafka = std::make_unique<MockKafka>(1);
  kafka->create_topic(kTopic, kPartitions);
  kafka->set_down(1);
  RunningApp app(settings_for(kafka->brokers()));
  RawHttp client(app.port());
  EXPECT_EQ(client.get("/-/healthy").status, 200);
  const auto ready = client.get("/-/ready");
  EXPECT_EQ(ready.status, 503);
  EXPECT_TRUE(ready.body.starts_with("not ready: ")) << ready.body;
  const auto refused = post(client, 1);
  EXPECT_EQ(refused.status, 503);
  EXPECT_TRUE(refused.body.contains("err-ms-kafka-unavailable"));
  kafka->set_up(1);
  EXPECT_TRUE(eventually([&] { return is_ready(app.port()); }));
  EXPECT_EQ(post(client, 2).status, 202);
}

TEST_F(IngestTest, EndsWhenTheTopicHasAnotherNumberOfPartitions) {
  IngestSettings settings = settings_for(kafka.brokers());
  settings.kafka.partitions = kPartitions + 1;
  RunningApp other(settings);
  EXPECT_EQ(other.wait(), 78) << "a configuration error";
}

TEST_F(IngestTest, RecreatesItsProducerAfterAFatalErrorAndGoesOn) {
  start();
  RawHttp client(app->port(), 20s);
  EXPECT_EQ(post(client, 1).status, 202);
  kafka.fail_next(KafkaRequest::produce, {KafkaError::out_of_order_sequence});
  const auto hit = post(client, 2);
  EXPECT_TRUE(hit.status == 202 || hit.status == 503) << hit.status;
  const auto start_time = std::chrono::steady_clock::now();
  EXPECT_TRUE(eventually([&] { return post(client, 3).status == 202; }));
  EXPECT_LT(std::chrono::steady_clock::now() - start_time, 4s);
  EXPECT_GE(stored_values(kafka).count(3), 1U);
}

// Clients that note what they were told, until the service goes away.
class Load {
 public:
  Load(std::uint16_t port, int clients) {
    for (int c = 0; c < clients; ++c) threads_.emplace_back([this, port, c] { run(port, c); });
  }
  ~Load() { join(); }
  void join() {
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  [[nodiscard]] std::set<int> accepted() {
    const std::lock_guard lock(mutex_);
    return accepted_;
  }
  [[nodiscard]] std::size_t count() {
    const std::lock_guard lock(mutex_);
    return accepted_.size();
  }
  std::atomic<int> sent_unanswered{0};
  std::atomic<int> refused{0};

 private:
  void run(std::uint16_t port, int number) {
    for (int i = 0;; ++i) {
      try {
        RawHttp client(port);
        for (;; ++i) {
          const int value = number * 1'000'000 + i;
          const auto response = post(client, value);
          if (response.status == 202) {
            const std::lock_guard lock(mutex_);
            accepted_.insert(value);
          } else {
            ++refused;
          }
          if (response.headers.contains("connection")) break;
        }
      } catch (const std::exception& error) {
        if (std::string_view(error.what()).contains("connect")) return;
        ++sent_unanswered;
      }
    }
  }

  std::mutex mutex_;
  std::set<int> accepted_;
  std::vector<std::thread> threads_;
};

TEST_F(IngestTest, DrainUnderLoadLosesNothingThatWasAccepted) {
  start();
  Load load(app->port(), 8);
  ASSERT_TRUE(eventually([&] { return load.count() > 200; }));
  std::raise(SIGTERM);
  EXPECT_EQ(app->wait(), 0);
  load.join();
  const std::set<int> accepted = load.accepted();
  const auto stored = stored_values(kafka);
  for (const int value : accepted) ASSERT_EQ(stored.count(value), 1U) << value;
  EXPECT_EQ(load.refused, 0) << "a request that got in is served to its end";
  EXPECT_EQ(stored.size(), accepted.size()) << "nothing is stored without its client being told";
}

TEST_F(IngestTest, TheDrainWaitsForRecordsUnderWay) {
  IngestSettings settings = settings_for(kafka.brokers());
  settings.http.timeouts.acknowledge = 200ms;
  start(settings);
  RawHttp client(app->port());
  EXPECT_EQ(post(client, 1).status, 202);
  kafka.set_round_trip(1, 700);
  EXPECT_EQ(post(client, 2).status, 503);
  EXPECT_EQ(app->end(), 0);
  kafka.set_round_trip(1, 0);
  EXPECT_EQ(stored_values(kafka), (std::multiset<double>{1, 2})) << "stored although its client was told 503";
}

TEST_F(IngestTest, TheAccountsBalance) {
  IngestSettings settings = settings_for(kafka.brokers());
  settings.producer.message_timeout = 2s;
  settings.http.timeouts.acknowledge = 2s;
  start(settings);
  RawHttp client(app->port(), 20s);
  const std::string mixed = "[" + sample(1) + R"(,{"name":"","value":1},{"name":"m"}])";
  EXPECT_EQ(client.post("/metrics", mixed).status, 202);
  EXPECT_EQ(client.post("/metrics?strict=true", mixed).status, 422);
  EXPECT_EQ(client.post("/metrics", R"([{"name":"m"}])").status, 422);
  kafka.fail_next(KafkaRequest::produce, {KafkaError::topic_authorization_failed});
  EXPECT_EQ(client.post("/metrics", mixed).status, 503);
  const std::string json = client.get("/metrics").body;
  const auto number = [&](const std::string& name) {
    const auto at = json.find("\"" + name + "\":");
    return at == std::string::npos ? -1L : std::stol(json.substr(at + name.size() + 3));
  };
  EXPECT_EQ(number("metrics_received"), 10);
  EXPECT_EQ(number("samples_accepted"), 1);
  EXPECT_EQ(number("samples_rejected"), 5);
  EXPECT_EQ(number("samples_refused"), 3);
  EXPECT_EQ(number("samples_unconfirmed"), 1);
}

}  // namespace
}  // namespace metricstream::ingestion::test
