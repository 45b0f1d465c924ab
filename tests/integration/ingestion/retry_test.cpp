#include <set>

#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/observation.hpp"

// When clients are told to come back after a 503: not all of them in the same second, or the replica that has just
// recovered has them all again.
namespace metricstream::ingestion::test {
namespace {

class RetryTest : public IngestTest {
 protected:
  // The waits that `kRequests` requests are given; each has an id of its own, always the same ones.
  [[nodiscard]] std::set<int> waits_of(std::string_view problem) const {
    std::set<int> out;
    for (int i = 0; i < kRequests; ++i) {
      const auto response =
          RawHttp(app->port()).post("/metrics", kSample, "X-Request-Id: r-" + std::to_string(i) + "\r\n");
      expect_problem(response, 503, problem);
      out.insert(std::stoi(response.headers.at("retry-after")));
      EXPECT_EQ(response.headers.at("retry-after").find_first_not_of("0123456789"), std::string::npos);
    }
    return out;
  }

  static constexpr int kRequests = 30;
  IngestSettings settings = settings_for(kafka.brokers());
};

TEST_F(RetryTest, IsSpreadWhileKafkaHasNotBeenReached) {
  kafka.set_down(1);
  app = std::make_unique<RunningApp>(settings);
  EXPECT_EQ(waits_of("kafka-unavailable"), (std::set<int>{2, 3, 4}));
  kafka.set_up(1);
  settings.rate_limits.retry_jitter = 0;
}

TEST_F(RetryTest, IsSpreadWhileKafkaTakesNone) {
  start(settings);
  EXPECT_TRUE(eventually([&] {
    kafka.fail_next(KafkaRequest::produce, {KafkaError::topic_authorization_failed});
    std::set<int> waits;
    for (int i = 0; i < kRequests; ++i) {
      const auto response =
          RawHttp(app->port()).post("/metrics", kSample, "X-Request-Id: r-" + std::to_string(i) + "\r\n");
      if (response.body.contains("err-ms-kafka-unavailable"))
        waits.insert(std::stoi(response.headers.at("retry-after")));
    }
    return waits == std::set<int>{2, 3, 4};
  }));
}

TEST_F(RetryTest, IsSpreadWhereTheQueueIsFull) {
  settings.producer.queue_records = 1;
  settings.admission.queue_fill = 100;
  start(settings);
  kafka.set_round_trip(1, 60'000);
  RawHttp waiting(app->port());
  waiting.send(post_request("/metrics", kSample));
  ASSERT_TRUE(eventually([&] { return metric(app->admin_port(), "metricstream_kafka_producer_queue_messages") == 1; }));
  EXPECT_EQ(waits_of("overloaded"), (std::set<int>{1, 2, 3}));
  EXPECT_EQ(metric(app->admin_port(), R"(metricstream_kafka_produce_errors_total{error="queue_full"})"), kRequests);
  kafka.set_round_trip(1, 0);
  expect_accepted(waiting.read());
}

TEST_F(RetryTest, IsSpreadWhereKafkaDoesNotAnswer) {
  settings.http.timeouts.acknowledge = 10ms;
  start(settings);
  kafka.set_round_trip(1, 5'000);
  EXPECT_EQ(waits_of("not-acknowledged"), (std::set<int>{1, 2, 3}));
  kafka.set_round_trip(1, 0);
}

TEST_F(RetryTest, IsExactWithoutJitter) {
  settings.http.timeouts.acknowledge = 10ms;
  settings.rate_limits.retry_jitter = 0;
  start(settings);
  kafka.set_round_trip(1, 5'000);
  EXPECT_EQ(waits_of("not-acknowledged"), std::set<int>{1});
  kafka.set_round_trip(1, 0);
}

}  // namespace
}  // namespace metricstream::ingestion::test
