#include <algorithm>
#include <iostream>

#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/observation.hpp"

namespace metricstream::ingestion::test {
namespace {

constexpr std::size_t kBudget = 1024 * 1024;

// A replica that takes a MiB of bodies at a time.
class AdmissionTest : public IngestTest {
 protected:
  AdmissionTest() { settings.admission.in_flight_size = ByteSize{kBudget}; }

  RawResponse post(std::string_view body, std::string_view fields = {}) const {
    return RawHttp(app->port()).post("/metrics", body, fields);
  }
  [[nodiscard]] double number(std::string_view series) const { return metric(app->admin_port(), series); }
  [[nodiscard]] double in_flight() const { return number("metricstream_admission_in_flight_bytes"); }
  [[nodiscard]] bool comes_to(std::size_t bytes) const { return comes_to_hold(app->admin_port(), bytes); }

  IngestSettings settings = settings_for(kafka.brokers());
};

TEST_F(AdmissionTest, BeyondTheBudgetIs503AndThereIsRoomAgainWhenOthersEnd) {
  start(settings);
  EXPECT_EQ(number("metricstream_admission_limit_bytes"), kBudget);
  HeldRequest ending(app->port(), kBudget / 2);
  auto dying = std::make_unique<HeldRequest>(app->port(), kBudget / 2);
  ASSERT_TRUE(comes_to(kBudget));
  const auto refused = post(kSample);
  expect_problem(refused, 503, "overloaded");
  EXPECT_GE(std::stoi(refused.headers.at("retry-after")), 1);
  EXPECT_LE(std::stoi(refused.headers.at("retry-after")), 3);
  EXPECT_TRUE(refused.body.contains("http-problem-types#temporary-reduced-capacity")) << refused.body;
  EXPECT_EQ(RawHttp(app->port()).get("/-/ready").status, 200) << "else the balancer would send all to the others";

  expect_accepted(ending.finish());
  ASSERT_TRUE(comes_to(kBudget / 2));
  expect_accepted(post(kSample));
  dying = nullptr;
  ASSERT_TRUE(comes_to(0)) << "its connection has died";
  expect_accepted(post(padded(kSample, kBudget)));
}

TEST_F(AdmissionTest, ARefusedBodyIsNotReadAndItsConnectionStaysWhereItHasCome) {
  start(settings);
  const HeldRequest all(app->port(), kBudget);
  ASSERT_TRUE(comes_to(kBudget));
  RawHttp client(app->port());
  expect_problem(client.post("/metrics", kSample), 503, "overloaded");
  expect_problem(client.post("/metrics", kSample), 503, "overloaded");
  client.send("POST /metrics HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n");
  expect_problem(client.read(), 503, "overloaded");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(AdmissionTest, WhatIsAnnouncedAndNotSentKeepsNobodyOut) {
  start(settings);
  constexpr std::size_t kSilent = kBudget / http::kFirstBodyRoom - 1;
  std::vector<std::unique_ptr<RawHttp>> silent;
  for (std::size_t i = 0; i < kSilent; ++i) {
    silent.push_back(std::make_unique<RawHttp>(app->port()));
    silent.back()->send("POST /metrics HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: " +
                        std::to_string(kBudget) + "\r\n\r\n");
    EXPECT_EQ(silent.back()->read().status, 100);
  }
  EXPECT_EQ(in_flight(), kSilent * http::kFirstBodyRoom);
  expect_accepted(post(padded(kSample, http::kFirstBodyRoom)));
  expect_problem(post(padded(kSample, http::kFirstBodyRoom + 1)), 503, "overloaded");
}

TEST_F(AdmissionTest, ABodyThatGrowsPastTheBudgetIs503AndItsConnectionEnds) {
  start(settings);
  const HeldRequest most(app->port(), kBudget - 2 * http::kFirstBodyRoom);
  ASSERT_TRUE(comes_to(kBudget - 2 * http::kFirstBodyRoom));
  for (const bool is_chunked : {false, true}) {
    const std::string body = padded(kSample, 3 * http::kFirstBodyRoom);
    RawHttp client(app->port());
    client.send(is_chunked ? "POST /metrics HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n30000\r\n" + body
                           : post_request("/metrics", body));
    expect_problem(client.read(), 503, "overloaded");
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(comes_to(kBudget - 2 * http::kFirstBodyRoom));
  }
  expect_accepted(post(padded(kSample, 2 * http::kFirstBodyRoom)));
}

TEST_F(AdmissionTest, AChunkedBodyIsChargedWithWhatItNeedsAndThenWithWhatItIs) {
  settings.http.timeouts.acknowledge = 30s;
  start(settings);
  HeldRequest chunked(app->port());
  EXPECT_EQ(in_flight(), http::kFirstBodyRoom);
  const std::string body = padded(kSample, 70'000);
  chunked.client().send("11170\r\n" + body);
  ASSERT_TRUE(comes_to(2 * http::kFirstBodyRoom));
  kafka.set_round_trip(1, 60'000);
  chunked.client().send("\r\n0\r\n\r\n");
  ASSERT_TRUE(comes_to(70'000)) << "while Kafka is waited for";
  kafka.set_round_trip(1, 0);
  expect_accepted(chunked.client().read());
  EXPECT_TRUE(comes_to(0));
}

TEST_F(AdmissionTest, InflatedBytesAreChargedBeforeInflating) {
  start(settings);
  constexpr std::size_t kInflated = 300'000;
  const std::string body = gzipped(padded(kSample, kInflated));
  ASSERT_LT(body.size() * 8, kInflated) << "else the bound is another";
  {
    const HeldRequest other(app->port(), kBudget - body.size() - kInflated);
    ASSERT_TRUE(comes_to(kBudget - body.size() - kInflated));
    expect_accepted(post(body, kGzipField));
  }
  ASSERT_TRUE(comes_to(0));
  const HeldRequest other(app->port(), kBudget - body.size() - kInflated + 1);
  ASSERT_TRUE(comes_to(kBudget - body.size() - kInflated + 1));
  const auto refused = post(body, kGzipField);
  expect_problem(refused, 503, "overloaded");
  EXPECT_GE(std::stoi(refused.headers.at("retry-after")), 1);
  expect_accepted(post(kSample));
}

// However a request ends, nothing of it stays charged.
class AdmissionEndTest : public AdmissionTest {
 protected:
  using Ends = std::vector<std::pair<std::string, std::function<void()>>>;

  AdmissionEndTest() {
    settings.admission.in_flight_size = ByteSize{16 * kBudget};  // room for what a bomb may become
    settings.rate_limits.client.samples_per_minute = limits::Quota(50);
    settings.http.timeouts.body = 300ms;
    settings.http.timeouts.acknowledge = 300ms;
    settings.http.limits.body_size = ByteSize{100'000};
    settings.producer.max_record_size = ByteSize{10 * 1024};
    start(settings);
  }
  void send(const std::string& body, int status, const std::string& fields = {}) const {
    EXPECT_EQ(post(body, fields).status, status) << body.substr(0, 100);
  }
  // As the body of a request that has been asked for it.
  void send_chunks(const std::string& wire, int status) const {
    HeldRequest chunked(app->port());
    chunked.client().send(wire);
    EXPECT_EQ(chunked.client().read().status, status);
  }
  void expect_nothing_held_after(const Ends& ends) const {
    for (const auto& [what, happen] : ends) {
      SCOPED_TRACE(what);
      happen();
      EXPECT_TRUE(comes_to(0)) << in_flight() << " bytes stay charged";
    }
  }
};

TEST_F(AdmissionEndTest, AnAnswerGivesTheBytesBack) {
  const std::string bomb = gzipped(std::string(9 << 20, ' '));
  expect_nothing_held_after({
      {"accepted", [&] { send(kSample, 202); }},
      {"accepted, gzip", [&] { send(gzipped(kSample), 202, kGzipField); }},
      {"accepted, chunked", [&] { send_chunks(HeldRequest::chunked(kSample), 202); }},
      {"malformed", [&] { send("nonsense", 400); }},
      {"no gzip", [&] { send(kSample, 400, kGzipField); }},
      {"a bomb", [&] { send(bomb, 413, kGzipField); }},
      {"none valid", [&] { send(R"([{"name":""}])", 422); }},
      {"no client id", [&] { send(batch_of(1, "a b"), 400); }},
      {"too many samples for the rate", [&] { send(batch_of(51), 413); }},
      {"all samples of the rate", [&] { send(batch_of(50), 202, client_field("r")); }},
      {"rate of samples", [&] { send(kSample, 429, client_field("r")); }},
      {"too large for Kafka", [&] { send(bulky_batch(50, 250), 413, client_field("b")); }},
      {"malformed chunk", [&] { send_chunks("zz\r\n", 400); }},
      {"too many chunks", [&] { send_chunks("fffff\r\n" + std::string(100'001, ' '), 413); }},
      {"body too slow", [&] { EXPECT_EQ(HeldRequest(app->port(), 1'000).client().read().status, 503); }},
  });
}

TEST_F(AdmissionEndTest, AConnectionThatEndsGivesTheBytesBack) {
  expect_nothing_held_after({
      {"closed before the body", [&] { const HeldRequest gone(app->port(), 90'000); }},
      {"closed within the body", [&] { HeldRequest(app->port(), 90'000).client().send("half"); }},
      {"closed within the chunks", [&] { HeldRequest(app->port()).client().send("10\r\nhalf"); }},
      {"reset within the body", [&] { HeldRequest(app->port(), 90'000).client().reset_on_close(); }},
      {"half-closed within the body",
       [&] {
         HeldRequest half(app->port(), 90'000);
         half.client().finish_sending();
         EXPECT_TRUE(half.client().is_closed());
       }},
      {"closed before the answer",
       [&] {
         HeldRequest gone(app->port(), kSample.size());
         gone.client().send(kSample);
       }},
  });
}

TEST_F(AdmissionEndTest, AKafkaThatStoresNothingGivesTheBytesBack) {
  expect_nothing_held_after({
      {"not acknowledged",
       [&] {
         kafka.set_round_trip(1, 60'000);
         send(kSample, 503);
       }},
      {"not acknowledged, and its client has gone",
       [&] {
         HeldRequest gone(app->port(), kSample.size());
         gone.client().send(kSample);
       }},
      {"refused by Kafka",
       [&] {
         kafka.set_round_trip(1, 0);
         ASSERT_TRUE(eventually([&] { return number("metricstream_kafka_producer_queue_messages") == 0; }));
         kafka.fail_next(KafkaRequest::produce, {KafkaError::topic_authorization_failed});
         send(kSample, 503);
       }},
      {"refused without asking Kafka", [&] { send(kSample, 503); }},
  });
}

// The answers' times, in microseconds.
std::vector<double> times_of_refusals(std::uint16_t port, int count) {
  RawHttp client(port);
  std::vector<double> out;
  for (int i = 0; i < count; ++i) {
    const auto start_time = std::chrono::steady_clock::now();
    expect_problem(client.post("/metrics", kSample), 503, "overloaded");
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start_time;
    out.push_back(took.count());
  }
  std::ranges::sort(out);
  return out;
}

TEST_F(AdmissionTest, ANearlyFullQueueIsRefusedAtOnceWhileKafkaIsSlow) {
  settings.producer.queue_records = 100;
  settings.admission.queue_fill = 10;
  settings.http.timeouts.acknowledge = 30s;
  start(settings);
  kafka.set_round_trip(1, 60'000);
  std::vector<std::unique_ptr<RawHttp>> waiting;
  for (int i = 1; i <= 11; ++i) {
    waiting.push_back(std::make_unique<RawHttp>(app->port(), 30s));
    waiting.back()->send(post_request("/metrics", kSample));
    ASSERT_TRUE(eventually([&] { return number("metricstream_kafka_producer_queue_messages") == i; }));
  }
  const auto times = times_of_refusals(app->port(), 1000);
  const double p99 = times[times.size() * 99 / 100];
  RecordProperty("p99_us", static_cast<int>(p99));
  std::cout << "1000 refusals while Kafka is slow: median " << times[times.size() / 2] << " us, p99 " << p99
            << " us (50000 allowed)\n";
  EXPECT_EQ(in_flight(), 11.0 * static_cast<double>(kSample.size())) << "refused ones hold nothing";
  kafka.set_round_trip(1, 0);
  for (const auto& one : waiting) expect_accepted(one->read());
  EXPECT_TRUE(comes_to(0));
  expect_accepted(post(kSample));
}

}  // namespace
}  // namespace metricstream::ingestion::test
