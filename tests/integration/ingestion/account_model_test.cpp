#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <thread>

#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/observation.hpp"

// The account against what the clients were told, request by request.
namespace metricstream::ingestion::test {
namespace {

struct Tally {
  long received = 0, accepted = 0, rejected = 0, refused = 0, unconfirmed = 0, requests_refused = 0;
  bool operator==(const Tally&) const = default;

  Tally& operator+=(const Tally& other) {
    received += other.received;
    accepted += other.accepted;
    rejected += other.rejected;
    refused += other.refused;
    unconfirmed += other.unconfirmed;
    requests_refused += other.requests_refused;
    return *this;
  }
};

std::ostream& operator<<(std::ostream& out, const Tally& of) {
  return out << of.received << " received = " << of.accepted << " accepted + " << of.rejected << " rejected + "
             << of.refused << " refused + " << of.unconfirmed << " unconfirmed; " << of.requests_refused
             << " requests refused";
}

struct Batch {
  long valid = 0;
  long invalid = 0;
  bool is_strict = false;
  bool is_broken = false;  // no JSON
  bool is_gzip = false;
  bool is_chunked = false;
  int client = 0;
  int host = 0;  // 0: none is named

  [[nodiscard]] std::string body() const {
    std::string out = host > 0 ? R"({"host_id":"h)" + std::to_string(host) + R"(","metrics":[)" : R"({"metrics":[)";
    for (long i = 0; i < valid + invalid; ++i) {
      out += (i > 0 ? "," : "") + (i < valid ? kSample : std::string(R"({"name":"","value":1})"));
    }
    out += is_broken ? "]" : "]}";
    return is_gzip ? gzipped(out) : out;
  }
  [[nodiscard]] std::string wire() const {
    const std::string target = is_strict ? "/metrics?strict=true" : "/metrics";
    const std::string fields = client_field("c" + std::to_string(client)) + (is_gzip ? kGzipField : "");
    if (!is_chunked) return post_request(target, body(), fields);
    return "POST " + target + " HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n" + fields + "\r\n" +
           HeldRequest::chunked(body());
  }
};

Batch random_batch(std::mt19937& random) {
  const auto one_of = [&](unsigned count) { return random() % count == 0; };
  return {.valid = static_cast<long>(random() % 6),
          .invalid = one_of(2) ? static_cast<long>(random() % 4) : 0,
          .is_strict = one_of(4),
          .is_broken = one_of(10),
          .is_gzip = one_of(3),
          .is_chunked = one_of(3),
          .client = static_cast<int>(random() % 5),
          .host = static_cast<int>(random() % 4)};
}

// What an answer says about the samples of its batch; fails where it cannot be the answer to that batch.
Tally told_by(const RawResponse& response, const Batch& batch) {
  const long all = batch.valid + batch.invalid;
  const auto is = [&](std::string_view id) { return response.body.contains("\"err-ms-" + std::string(id) + "\""); };
  if (response.status == 202) {
    EXPECT_EQ(json_number(response.body, "received"), all);
    EXPECT_EQ(json_number(response.body, "accepted"), batch.valid);
    return {.received = all, .accepted = batch.valid, .rejected = batch.invalid};
  }
  if (is("malformed-body") || is("empty-batch")) {
    EXPECT_TRUE(batch.is_broken || all == 0) << response.body;
    return {.requests_refused = 1};
  }
  if (is("no-valid-sample")) return {.received = all, .rejected = all};
  if (is("kafka-unavailable")) {
    return {.received = all, .rejected = batch.invalid, .refused = batch.valid, .requests_refused = 1};
  }
  if (is("not-acknowledged")) return {.received = all, .rejected = batch.invalid, .unconfirmed = batch.valid};
  EXPECT_TRUE(is("invalid-sample") || is("rate-limited") || is("batch-over-rate-limit")) << response.body;
  return {.received = all, .refused = all, .requests_refused = 1};
}

Tally account_of(std::uint16_t admin_port) {
  const std::string json = RawHttp(admin_port).get("/metrics").body;
  return {.received = json_number(json, "metrics_received"),
          .accepted = json_number(json, "samples_accepted"),
          .rejected = json_number(json, "samples_rejected"),
          .refused = json_number(json, "samples_refused"),
          .unconfirmed = json_number(json, "samples_unconfirmed"),
          .requests_refused = json_number(json, "requests_refused")};
}

class AccountModelTest : public IngestTest {
 protected:
  static constexpr int kClients = 6;
  static constexpr int kRequests = 150;  // of each

  AccountModelTest() {
    settings.rate_limits.client.samples_per_minute = limits::Quota(300);
    settings.rate_limits.client.host_samples_per_minute = limits::Quota(100);
    settings.http.timeouts.acknowledge = 100ms;
  }

  // What one client was told, all in all.
  Tally run_client(unsigned seed) const {
    std::mt19937 random(seed);
    RawHttp connection(app->port());
    Tally out;
    for (int i = 0; i < kRequests; ++i) {
      const Batch batch = random_batch(random);
      connection.send(batch.wire());
      out += told_by(connection.read(), batch);
    }
    return out;
  }
  // One batch after another until Kafka, which fails at first, takes one again.
  Tally run_through_failure() {
    kafka.fail_next(KafkaRequest::produce, {KafkaError::topic_authorization_failed});
    RawHttp connection(app->port());
    Tally out;
    EXPECT_TRUE(eventually([&] {
      const Batch batch{.valid = 2, .invalid = 1, .client = kClients};
      connection.send(batch.wire());
      out += told_by(connection.read(), batch);
      return out.accepted > 0;
    }));
    return out;
  }
  // What all clients were told, while Kafka fails once more.
  Tally run_clients() {
    std::array<Tally, kClients> told;
    std::atomic<int> running = kClients;
    std::vector<std::jthread> threads;
    for (unsigned c = 0; c < kClients; ++c) {
      threads.emplace_back([&, c] {
        try {
          told[c] = run_client(c);
        } catch (const std::exception& error) {
          ADD_FAILURE() << error.what();
        }
        --running;
      });
    }
    EXPECT_TRUE(eventually(
        [&] { return running == 0 || metric(app->admin_port(), "metricstream_ingest_batches_total") > 50; }));
    kafka.fail_next(KafkaRequest::produce, {KafkaError::request_timed_out, KafkaError::topic_authorization_failed});
    threads.clear();
    Tally out;
    for (const Tally& of : told) out += of;
    return out;
  }

  IngestSettings settings = settings_for(kafka.brokers());
};

TEST_F(AccountModelTest, SaysWhatTheClientsWereTold) {
  start(settings);
  Tally told = run_through_failure();
  told += run_clients();
  const Tally account = account_of(app->admin_port());
  EXPECT_EQ(account, told);
  EXPECT_EQ(account.received, account.accepted + account.rejected + account.refused + account.unconfirmed);
  EXPECT_GT(std::min({told.accepted, told.rejected, told.refused, told.unconfirmed}), 0) << told;
  EXPECT_EQ(app->end(), 0);
  long stored = 0;
  for (const StoredRecord& record : stored_records(kafka)) stored += static_cast<long>(record.record->batch.size());
  EXPECT_GE(stored, account.accepted);
  EXPECT_LE(stored, account.accepted + account.unconfirmed);
}

}  // namespace
}  // namespace metricstream::ingestion::test
