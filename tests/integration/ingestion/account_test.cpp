#include <algorithm>

#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/key_files.hpp"
#include "tests/integration/ingestion/observation.hpp"

namespace metricstream::ingestion::test {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

// A replica with every kind of limit, so that requests end in every way there is.
class AccountTest : public IngestTest {
 protected:
  AccountTest() {
    files.write();
    files.use_in(settings);
    settings.rate_limits.client.samples_per_minute = limits::Quota(100);
    settings.rate_limits.client.host_samples_per_minute = limits::Quota(20);
    settings.limits.samples = 200;
    settings.http.timeouts.acknowledge = 300ms;
    settings.producer.max_record_size = ByteSize{10 * 1024};
    settings.producer.queue_records = 2;
    settings.admission.queue_fill = 100;
    settings.admission.in_flight_size = ByteSize{2 * kMiB};
  }

  // What the test has seen, sample by sample.
  struct Seen {
    long received = 0, accepted = 0, rejected = 0, refused = 0, unconfirmed = 0, requests_refused = 0;
  };
  // A batch of `valid` samples and `invalid` ones.
  static std::string mixed(int valid, int invalid, const std::string& host = "") {
    std::string out = host.empty() ? R"({"metrics":[)" : R"({"host_id":")" + host + R"(","metrics":[)";
    for (int i = 0; i < valid; ++i) out += kSample + ",";
    for (int i = 0; i < invalid; ++i) out += R"({"name":"","value":1},)";
    out.back() = ']';
    return out + "}";
  }

  // Of GET /metrics.
  [[nodiscard]] long number(std::string_view name) const {
    return json_number(RawHttp(app->admin_port()).get("/metrics").body, name);
  }
  RawResponse post(std::string_view body, const std::string& key, const std::string& fields = "") {
    return RawHttp(app->port()).post("/metrics", body, bearer(key) + fields);
  }
  void accepted(int valid, int invalid, const std::string& key) {
    expect_accepted(post(mixed(valid, invalid), key));
    seen.received += valid + invalid;
    seen.accepted += valid;
    seen.rejected += invalid;
  }
  void refused_whole(const RawResponse& response, int status, std::string_view id, long samples) {
    expect_problem(response, status, id);
    seen.received += samples;
    seen.refused += samples;
    ++seen.requests_refused;
  }
  void refused_unread(const RawResponse& response, int status, std::string_view id) {
    refused_whole(response, status, id, 0);
  }

  void send_what_is_invalid();
  void send_past_the_rates();
  void send_past_the_room();
  void send_what_kafka_does_not_answer();
  void send_what_kafka_refuses();
  void leave_before_the_answer();
  void expect_balance();

  KeyFiles files;
  const std::string alice = files.add("alice");
  const std::string bob = files.add("bob");
  const std::string carol = files.add("carol");
  IngestSettings settings = settings_for(kafka.brokers());
  Seen seen;
};

void AccountTest::send_what_is_invalid() {
  accepted(3, 2, alice);
  expect_problem(post(mixed(0, 4), alice), 422, "no-valid-sample");
  seen.received += 4;
  seen.rejected += 4;
  const auto strict = RawHttp(app->port()).post("/metrics?strict=true", mixed(3, 1), bearer(alice));
  refused_whole(strict, 422, "invalid-sample", 4);
  refused_unread(post("[]", alice), 422, "empty-batch");
  refused_unread(post("nonsense", alice), 400, "malformed-body");
  refused_unread(post(kSample, alice, kGzipField), 400, "bad-gzip");
  refused_unread(post(kSample, alice, "Content-Type: text/plain\r\n"), 415, "unsupported-media-type");
  refused_unread(post(mixed(201, 0), alice), 413, "too-many-samples");
  refused_unread(post(kSample, "ms_nonsense"), 401, "unauthorized");
}

void AccountTest::send_past_the_rates() {
  accepted(90, 5, bob);
  refused_whole(post(mixed(11, 3), bob), 429, "rate-limited", 14);
  refused_whole(post(mixed(101, 1), bob), 413, "batch-over-rate-limit", 102);
  refused_whole(post(mixed(21, 0, "web"), bob), 413, "batch-over-rate-limit", 21);
}

void AccountTest::send_past_the_room() {
  const auto record_too_large = post(bulky_batch(50, 250), carol);
  refused_whole(record_too_large, 413, "record-too-large", 50);
  {
    const HeldRequest half(app->port(), kMiB, bearer(carol));
    const HeldRequest most(app->port(), kMiB - 1000, bearer(carol));
    EXPECT_TRUE(comes_to_hold(app->admin_port(), 2 * kMiB - 1000));
    refused_unread(post(padded(kSample, 1001), carol), 503, "overloaded");
    refused_unread(post(gzipped(padded(kSample, 100'000)), carol, kGzipField), 503, "overloaded");
  }
  EXPECT_TRUE(comes_to_hold(app->admin_port(), 0));
}

// Two records wait for an answer that comes too late, and a third finds no place in the queue.
void AccountTest::send_what_kafka_does_not_answer() {
  kafka.set_round_trip(1, 60'000);
  for (int i = 0; i < 2; ++i) {
    expect_problem(post(mixed(5, 1), carol), 503, "not-acknowledged");
    seen.received += 6;
    seen.unconfirmed += 5;
    seen.rejected += 1;
  }
  expect_problem(post(mixed(5, 1), carol), 503, "overloaded");
  seen.received += 6;
  seen.refused += 5;
  seen.rejected += 1;
  ++seen.requests_refused;
  kafka.set_round_trip(1, 0);
  EXPECT_TRUE(eventually([&] { return metric(app->admin_port(), "metricstream_kafka_producer_queue_messages") == 0; }));
}

void AccountTest::send_what_kafka_refuses() {
  kafka.fail_next(KafkaRequest::produce, {KafkaError::topic_authorization_failed});
  expect_problem(post(mixed(4, 2), carol), 503, "not-acknowledged");
  seen.received += 6;
  seen.unconfirmed += 4;
  seen.rejected += 2;
}

// Stored and answered 202, and nobody there to read it.
void AccountTest::leave_before_the_answer() {
  RawHttp(app->port()).send(post_request("/metrics", mixed(2, 1), bearer(carol)));
  seen.received += 3;
  seen.accepted += 2;
  seen.rejected += 1;
  EXPECT_TRUE(eventually([&] { return number("samples_accepted") == seen.accepted; }));
}

void AccountTest::expect_balance() {
  EXPECT_EQ(number("metrics_received"), seen.received);
  EXPECT_EQ(number("samples_accepted"), seen.accepted);
  EXPECT_EQ(number("samples_rejected"), seen.rejected);
  EXPECT_EQ(number("samples_refused"), seen.refused);
  EXPECT_EQ(number("samples_unconfirmed"), seen.unconfirmed);
  EXPECT_EQ(number("requests_refused"), seen.requests_refused);
  EXPECT_EQ(seen.received, seen.accepted + seen.rejected + seen.refused + seen.unconfirmed);
  EXPECT_EQ(app->end(), 0);
  long stored = 0;
  for (const StoredRecord& record : stored_records(kafka)) stored += static_cast<long>(record.record->batch.size());
  EXPECT_GE(stored, seen.accepted);
  EXPECT_LE(stored, seen.accepted + seen.unconfirmed);
}

TEST_F(AccountTest, BalancesOverEveryWayARequestCanEnd) {
  start(settings);
  send_what_is_invalid();
  send_past_the_rates();
  send_past_the_room();
  send_what_kafka_does_not_answer();
  leave_before_the_answer();
  send_what_kafka_refuses();
  expect_balance();
}

TEST_F(AccountTest, BalancesWhereTheBodyNamesTheClient) {
  settings.auth.mode = AuthMode::none;
  start(settings);
  const auto post_of = [&](const std::string& host) {
    return RawHttp(app->port()).post("/metrics", mixed(2, 1, host));
  };
  expect_accepted(post_of("web"));
  seen = {.received = 3, .accepted = 2, .rejected = 1};
  refused_whole(post_of("no id"), 400, "bad-client-id", 3);
  refused_unread(RawHttp(app->port()).post("/metrics", kSample, client_field("no id")), 400, "bad-client-id");
  expect_balance();
}

}  // namespace
}  // namespace metricstream::ingestion::test
