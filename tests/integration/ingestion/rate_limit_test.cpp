#include <csignal>

#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/key_files.hpp"
#include "tests/integration/ingestion/observation.hpp"

namespace metricstream::ingestion::test {
namespace {

class RateLimitTest : public IngestTest {
 protected:
  void limit_samples(std::uint32_t a_client) {
    settings.rate_limits.client.samples_per_minute = limits::Quota(a_client);
  }
  void limit_host_samples(std::uint32_t a_host) {
    settings.rate_limits.client.host_samples_per_minute = limits::Quota(a_host);
  }
  void limit_requests(std::uint32_t a_client) {
    settings.rate_limits.client.requests_per_second = limits::Quota(a_client);
  }
  RawResponse post(std::string_view body, std::string_view fields = client_field("c")) const {
    return RawHttp(app->port()).post("/metrics", body, fields);
  }
  // Waits until so many records wait for Kafka.
  [[nodiscard]] bool queue_reaches(double records) const {
    return eventually(
        [&] { return metric(app->admin_port(), "metricstream_kafka_producer_queue_messages") == records; });
  }

  IngestSettings settings = settings_for(kafka.brokers());
};

TEST_F(RateLimitTest, ARefusalSaysWhichLimitHowFarAndWhenItPasses) {
  limit_samples(10);
  settings.rate_limits.retry_jitter = 0;
  start(settings);
  expect_accepted(post(batch_of(7)));
  const auto response = post(batch_of(5));
  expect_problem(response, 429, "rate-limited");
  EXPECT_EQ(response.headers.at("content-type"), "application/problem+json");
  EXPECT_TRUE(
      response.body.starts_with(R"({"type":"https://iana.org/assignments/http-problem-types#quota-exceeded",)"));
  EXPECT_TRUE(response.body.contains(R"("status":429)")) << response.body;
  EXPECT_TRUE(response.body.contains(
      R"("violated-policies":["samples"],"limit":10,"window_seconds":60,"remaining":3,"requested":5})"))
      << response.body;
  EXPECT_EQ(response.headers.at("ratelimit-policy"), R"("samples";q=10;w=60)");
  const int retry = std::stoi(response.headers.at("retry-after"));
  EXPECT_GE(retry, 40) << "the samples were charged just now, unless this machine sleeps";
  EXPECT_LE(retry, 61) << "the window and one slot";
  EXPECT_EQ(response.headers.at("ratelimit"), "\"samples\";r=3;t=" + std::to_string(retry));
}

TEST_F(RateLimitTest, RetryAfterIsSpreadAndNeverTooEarly) {
  limit_samples(1);
  settings.rate_limits.retry_jitter = 50;
  start(settings);
  expect_accepted(post(kSample));
  std::set<int> waits;
  for (int i = 0; i < 50; ++i) {
    const auto response = post(kSample);
    const int retry = std::stoi(response.headers.at("retry-after"));
    const std::string& limit = response.headers.at("ratelimit");
    EXPECT_GE(retry, std::stoi(limit.substr(limit.rfind("t=") + 2)));
    waits.insert(retry);
  }
  EXPECT_GT(waits.size(), 5U);
}

TEST_F(RateLimitTest, WhatIsRefusedIsNotCharged) {
  limit_samples(10);
  start(settings);
  expect_accepted(post(batch_of(6)));
  for (int i = 0; i < 3; ++i) expect_problem(post(batch_of(5)), 429, "rate-limited");
  expect_problem(post(batch_of(11)), 413, "batch-over-rate-limit");
  expect_accepted(post("[" + kSample + R"(,{"name":""},{"name":""},{"name":""},{"name":""}])"));
  expect_accepted(post(batch_of(3)));
  expect_problem(post(kSample), 429, "rate-limited");
}

TEST_F(RateLimitTest, AHostHasALimitWithinItsClient) {
  limit_samples(20);
  limit_host_samples(5);
  start(settings);
  expect_accepted(post(batch_of(5, "web")));
  const auto refused = post(batch_of(1, "web"));
  expect_problem(refused, 429, "rate-limited");
  EXPECT_TRUE(refused.body.contains(R"("violated-policies":["host_samples"],"limit":5)")) << refused.body;
  EXPECT_EQ(refused.headers.at("ratelimit-policy"), R"("samples";q=20;w=60, "host_samples";q=5;w=60)");
  expect_accepted(post(batch_of(5, "db")));
  expect_accepted(post(batch_of(5, "web"), client_field("another")));
  expect_accepted(post(batch_of(6)));
  const auto both = post(batch_of(5, "mail"));
  expect_problem(both, 429, "rate-limited");
  EXPECT_TRUE(both.body.contains(R"("violated-policies":["samples"],"limit":20)")) << both.body;
  expect_accepted(post(batch_of(4, "mail")));
}

TEST_F(RateLimitTest, ABatchThatCanNeverPassIs413) {
  limit_samples(20);
  limit_host_samples(5);
  start(settings);
  for (const auto& [body, policy] :
       {std::pair{batch_of(21), "samples"}, std::pair{batch_of(6, "web"), "host_samples"}}) {
    const auto response = post(body);
    expect_problem(response, 413, "batch-over-rate-limit");
    EXPECT_FALSE(response.headers.contains("retry-after")) << "waiting does not help";
    EXPECT_TRUE(response.headers.at("ratelimit-policy").contains(policy));
    EXPECT_TRUE(response.body.contains("\"violated-policies\":[\"" + std::string(policy) + "\"]")) << response.body;
  }
}

TEST_F(RateLimitTest, SamplesAreGivenBackWhenTheyAreCertainlyNotStored) {
  limit_samples(10);
  settings.limits.tag_value_size = ByteSize{16 * 1024};
  settings.producer.max_record_size = ByteSize{10 * 1024};
  settings.producer.queue_records = 1;
  settings.admission.queue_fill = 100;
  start(settings);
  expect_problem(post(bulky_batch(10, 2000)), 413, "record-too-large");
  kafka.set_round_trip(1, 60'000);
  RawHttp waiting(app->port());
  waiting.send(post_request("/metrics", kSample, client_field("other")));
  ASSERT_TRUE(queue_reaches(1));
  expect_problem(post(batch_of(10)), 503, "overloaded");
  kafka.set_round_trip(1, 0);
  expect_accepted(waiting.read());
  ASSERT_TRUE(queue_reaches(0));
  expect_accepted(post(batch_of(10)));
  expect_problem(post(kSample), 429, "rate-limited");
}

// After Kafka has forbidden the topic its client refuses all that comes for it, for about a second, without sending it.
TEST_F(RateLimitTest, SamplesAreGivenBackWhileKafkaTakesNone) {
  limit_samples(10);
  start(settings);
  kafka.fail_next(KafkaRequest::produce, {KafkaError::topic_authorization_failed});
  expect_problem(post(kSample, client_field("other")), 503, "not-acknowledged");
  for (int i = 0; i < 3; ++i) expect_problem(post(batch_of(10)), 503, "kafka-unavailable");
  EXPECT_TRUE(eventually([&] { return post(kSample, client_field("other")).status != 503; }));
  expect_accepted(post(batch_of(10)));
}

TEST_F(RateLimitTest, SamplesThatMayBeStoredStayCharged) {
  limit_samples(10);
  settings.http.timeouts.acknowledge = 200ms;
  start(settings);
  kafka.set_round_trip(1, 60'000);
  expect_problem(post(batch_of(10)), 503, "not-acknowledged");
  expect_problem(post(kSample), 429, "rate-limited");
  kafka.set_round_trip(1, 0);
  ASSERT_TRUE(queue_reaches(0));
  EXPECT_EQ(stored_records(kafka).size(), 1U) << "they were";
}

TEST_F(RateLimitTest, TheOverridesFileRaisesAndLowersAClientsLimits) {
  const TemporaryDirectory directory;
  const auto write = [&](const std::string& text) {
    directory.write("limits.yaml", text);
    std::raise(SIGHUP);
  };
  const auto in_force = [&](double limit) {
    return eventually([&] {
      return metric(app->admin_port(),
                    R"(metricstream_limits_overrides{limit_name="samples_per_minute",client="c"})") == limit;
    });
  };
  directory.write("limits.yaml", "clients: {}\n");
  limit_samples(10);
  settings.rate_limits.overrides_file = directory.file("limits.yaml");
  start(settings);
  expect_accepted(post(batch_of(10)));
  expect_problem(post(kSample), 429, "rate-limited");

  write("clients:\n  c:\n    samples_per_minute: 15\n");
  ASSERT_TRUE(in_force(15));
  expect_accepted(post(batch_of(5)));
  expect_problem(post(kSample), 429, "rate-limited");
  expect_accepted(post(batch_of(10), client_field("d")));
  expect_problem(post(kSample, client_field("d")), 429, "rate-limited");

  write("clients:\n  c:\n    samples_per_minute: 0\n");
  EXPECT_TRUE(eventually(
      [&] { return metric(app->admin_port(), R"(metricstream_config_last_reload_successful{file="limits"})") == 0; }));
  EXPECT_TRUE(in_force(15)) << "a bad file changes nothing";
  write("clients:\n  c:\n    samples_per_minute: 4\n");
  ASSERT_TRUE(in_force(4));
  const auto lowered = post(kSample);
  expect_problem(lowered, 429, "rate-limited");
  EXPECT_TRUE(lowered.body.contains(R"("limit":4,"window_seconds":60,"remaining":0)")) << lowered.body;
  expect_problem(post(batch_of(5)), 413, "batch-over-rate-limit");

  write("clients:\n  c:\n    samples_per_minute: unlimited\n");
  ASSERT_TRUE(in_force(std::numeric_limits<double>::infinity()));
  expect_accepted(post(batch_of(500)));
}

// Windows of a second: a machine that takes longer for these few requests tries again with a fresh service.
TEST_F(RateLimitTest, WhoIsNotKnownIsLimitedByAddressBeforeTheBodyAndByClientBehindIt) {
  limit_requests(4);
  const auto body_of = [](const std::string& host) { return batch_of(1, host); };
  EXPECT_TRUE(eventually([&] {
    start(settings);
    const auto start_time = std::chrono::steady_clock::now();
    std::vector<int> statuses;
    for (int i = 0; i < 3; ++i) statuses.push_back(post(kSample, client_field("a")).status);
    statuses.push_back(post(body_of("a"), "").status);  // the fourth of "a", the first of the address
    const auto of_client = post(body_of("a"), "");      // the fifth of "a", and so none of the address
    for (const std::string host : {"b", "c", "d"}) statuses.push_back(post(body_of(host), "").status);
    RawHttp fifth(app->port());
    fifth.send("POST /metrics HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n");
    const auto of_address = fifth.read();
    statuses.push_back(post(kSample, client_field("e")).status);
    if (std::chrono::steady_clock::now() - start_time >= 1s) return false;
    EXPECT_EQ(statuses, std::vector<int>(8, 202));
    expect_problem(of_client, 429, "rate-limited");
    expect_problem(of_address, 429, "rate-limited");
    EXPECT_TRUE(fifth.is_closed());
    EXPECT_EQ(metric(app->admin_port(),
                     R"(metricstream_ingest_samples_discarded_total{outcome="refused",reason="rate_limited"})"),
              1)
        << "only the body that was read is in the account";
    return true;
  }));
}

// As above: who is too slow tries again. The body names the client, so that the address is what is limited.
TEST_F(RateLimitTest, BehindATrustedProxyTheAddressIsTheClients) {
  limit_requests(2);
  const auto statuses_behind = [&](const std::vector<std::string>& proxies) {
    std::vector<int> out;
    EXPECT_TRUE(eventually([&] {
      out.clear();
      settings.http.trusted_proxies = proxies;
      start(settings);
      const auto start_time = std::chrono::steady_clock::now();
      for (const std::string address : {"192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"}) {
        const std::string body = batch_of(1, "h" + std::to_string(out.size()));
        out.push_back(post(body, "X-Forwarded-For: 198.51.100.9, " + address + "\r\n").status);
      }
      return std::chrono::steady_clock::now() - start_time < 1s;
    }));
    return out;
  };
  EXPECT_EQ(statuses_behind({"127.0.0.0/8"}), (std::vector<int>{202, 202, 429, 202}));
  EXPECT_EQ(statuses_behind({"10.0.0.0/8"}), (std::vector<int>{202, 202, 429, 429})) << "anybody may write that field";
}

TEST_F(RateLimitTest, HeadersOnSuccessAreForThoseWhoWantThem) {
  limit_samples(10);
  limit_host_samples(5);
  limit_requests(100);
  start(settings);
  EXPECT_FALSE(post(batch_of(1, "web")).headers.contains("ratelimit"));
  settings.rate_limits.headers = true;
  start(settings);
  const auto response = post(batch_of(3, "web"));
  expect_accepted(response);
  EXPECT_EQ(response.headers.at("ratelimit-policy"),
            R"("requests";q=100;w=1, "samples";q=10;w=60, "host_samples";q=5;w=60)");
  EXPECT_EQ(response.headers.at("ratelimit"), R"("requests";r=99;t=1, "samples";r=7;t=42, "host_samples";r=2;t=24)");
  EXPECT_FALSE(response.headers.contains("retry-after"));
}

}  // namespace
}  // namespace metricstream::ingestion::test
