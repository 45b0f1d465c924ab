#include <algorithm>

#include "common/gzip/compressor.hpp"
#include "tests/integration/ingestion/ingest_fixture.hpp"

namespace metricstream::ingestion::test {
namespace {

const std::string kOne = R"({"name":"cpu.usage","value":75.5,"tags":{"host":"a"}})";

std::string metric(std::size_t index) {
  return R"({"name":"m)" + std::to_string(index) + R"(","value":)" + std::to_string(index) + "}";
}

std::string array_of(std::size_t count) {
  std::string out = "[";
  for (std::size_t i = 0; i < count; ++i) out += (i ? "," : "") + metric(i);
  return out + "]";
}

TEST_F(IngestTest, StoresABatchAsOneRecordBeforeItAnswers) {
  start();
  RawHttp client(app->port());
  const auto response = client.post("/metrics",
                                    R"({"metrics":[{"name":"cpu_usage","value":75.5,"type":"gauge",)"
                                    R"("tags":{"host":"server1"}}],"batch_id":"b-7"})",
                                    "Content-Type: application/json\r\nAuthorization: my_client_id\r\n");
  EXPECT_EQ(response.status, 202) << response.body;
  EXPECT_EQ(response.body, R"({"status":"accepted","received":1,"accepted":1,"rejected":0,"adjusted":0,)"
                           R"("idempotent":true,"batch_id":"b-7","errors":[]})"
                           "\n");
  const auto stored = stored_records(kafka);
  ASSERT_EQ(stored.size(), 1U);
  const Record& record = *stored[0].record;
  EXPECT_EQ(record.client_id, "my_client_id");
  ASSERT_TRUE(record.key.has_value());
  EXPECT_EQ(record.key->client_key, "b-7");
  ASSERT_EQ(record.batch.size(), 1U);
  EXPECT_EQ(record.batch.values[0], 75.5);
  EXPECT_EQ(record.batch.text(record.batch.series[0].name), "cpu_usage");
  EXPECT_EQ(record.batch.timestamps[0], record.accepted_at) << "no timestamp of its own";
}

std::string gzipped(std::string_view text) {
  std::string out;
  gzip::Compressor(6).compress(text, out);
  return out;
}

TEST_F(IngestTest, AnswersEachConditionOfTheContract) {
  IngestSettings settings = settings_for(kafka.brokers());
  settings.http.limits.body_size = ByteSize{100'000};
  start(settings);
  struct Case {
    std::string what;
    std::string body;
    std::string fields;
    int status;
    std::string id;  // of the problem
    std::string path = "/metrics";
  };
  const std::string json = "Content-Type: application/json\r\n";
  const std::string old = R"({"name":"m","value":1,"timestamp":1000000000})";
  const std::vector<Case> cases{
      {"one sample", kOne, json, 202, ""},
      {"the other path", kOne, json, 202, "", "/api/v1/metrics"},
      {"no Content-Type", kOne, "", 202, ""},
      {"lines", metric(1) + "\n" + metric(2) + "\n", "Content-Type: application/x-ndjson\r\n", 202, ""},
      {"some valid", "[" + metric(1) + "," + old + "]", json, 202, ""},
      {"the largest batch", array_of(1000), json, 202, ""},
      {"strict and all valid", kOne, json, 202, "", "/metrics?strict=true"},
      {"strict and one invalid", "[" + metric(1) + "," + old + "]", json, 422, "invalid-sample",
       "/metrics?strict=true"},
      {"strict twice", kOne, json, 400, "bad-parameter", "/metrics?strict=true&strict=false"},
      {"strict twice, spelt otherwise", kOne, json, 400, "bad-parameter", "/metrics?strict=true&x=1&stric%74"},
      {"a strict that cannot be read", kOne, json, 400, "bad-parameter", "/metrics?strict=%zz"},
      {"a strict that is no answer", kOne, json, 400, "bad-parameter", "/metrics?strict=maybe"},
      {"none valid", "[" + old + "]", json, 422, "no-valid-sample"},
      {"an empty batch", R"({"metrics":[]})", json, 422, "empty-batch"},
      {"no body", "", json, 400, "empty-body"},
      {"not JSON", "{\"name\":", json, 400, "malformed-body"},
      {"trailing bytes", kOne + "x", json, 400, "malformed-body"},
      {"a duplicate key", R"({"name":"m","name":"n","value":1})", json, 400, "malformed-body"},
      {"bad UTF-8", "{\"name\":\"m\",\"value\":1,\"tags\":{\"a\":\"\xff\"}}", json, 400, "malformed-body"},
      {"too deep", std::string(20, '[') + std::string(20, ']'), json, 400, "too-deep"},
      {"one sample too many", array_of(1001), json, 413, "too-many-samples"},
      {"a body too large", kOne + std::string(100'000, ' '), json, 413, "body-too-large"},
      {"curl's default type", kOne, "Content-Type: application/x-www-form-urlencoded\r\n", 415,
       "unsupported-media-type"},
      {"gzip", gzipped(kOne), json + "Content-Encoding: gzip\r\n", 202, ""},
      {"gzip in name only", kOne, json + "Content-Encoding: gzip\r\n", 400, "bad-gzip"},
      {"two gzip members", gzipped(kOne) + gzipped(kOne), json + "Content-Encoding: gzip\r\n", 400, "bad-gzip"},
      {"a bomb", gzipped(std::string(9 << 20, ' ')), json + "Content-Encoding: gzip\r\n", 413,
       "inflated-body-too-large"},
      {"brotli", kOne, json + "Content-Encoding: br\r\n", 415, "unsupported-encoding"},
      {"compressed twice", kOne, json + "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", 415,
       "unsupported-encoding"},
      {"a client id that is none", kOne, json + "X-Client-Id: a b\r\n", 400, "bad-client-id"},
      {"two client ids", kOne, json + "X-Client-Id: a\r\nX-Client-Id: b\r\n", 400, "bad-client-id"},
      {"a host_id that is no client id", R"({"host_id":"a b","metrics":[)" + metric(1) + "]}", json, 400,
       "bad-client-id"},
      {"an empty key", kOne, json + "Idempotency-Key:\r\n", 400, "bad-idempotency-key"},
      {"an unknown path", kOne, json, 404, "unknown-path", "/metric"},
      {"a method that is none of its", kOne, json, 405, "method-not-allowed", "/health"},
  };
  std::size_t expected = 0;
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    RawHttp client(app->port());
    const auto response = client.post(c.path, c.body, c.fields);
    EXPECT_EQ(response.status, c.status) << response.body;
    if (response.status == 202) ++expected;
    if (c.id.empty()) continue;
    EXPECT_EQ(response.headers.at("content-type"), "application/problem+json");
    EXPECT_TRUE(response.body.contains("\"err-ms-" + c.id + "\"")) << response.body;
  }
  EXPECT_EQ(stored_records(kafka).size(), expected) << "only what was answered 202 is in the log";
}

TEST_F(IngestTest, ARecordTooLargeForKafkaIsRefusedBeforeItIsSent) {
  IngestSettings settings = settings_for(kafka.brokers());
  settings.producer.max_record_size = ByteSize{10 * 1024};
  start(settings);
  std::string body = "[";
  for (int i = 0; i < 100; ++i) {
    body += (i ? "," : "") +
            (R"({"name":"m","value":1,"tags":{"t":")" + std::to_string(i) + std::string(200, 'x') + "\"}}");
  }
  RawHttp client(app->port());
  const auto response = client.post("/metrics", body + "]");
  EXPECT_EQ(response.status, 413) << response.body;
  EXPECT_TRUE(response.body.contains("err-ms-record-too-large"));
  EXPECT_EQ(client.post("/metrics", kOne).status, 202) << "the connection stays";
  EXPECT_EQ(stored_records(kafka).size(), 1U);
}

TEST_F(IngestTest, ListsAtMostAHundredErrors) {
  start();
  std::string body = "[" + metric(1);
  for (int i = 0; i < 150; ++i) body += R"(,{"name":"","value":1})";
  const auto response = RawHttp(app->port()).post("/metrics", body + "]");
  EXPECT_EQ(response.status, 202);
  EXPECT_TRUE(response.body.contains(R"("received":151,"accepted":1,"rejected":150)")) << response.body.substr(0, 200);
  std::size_t listed = 0;
  for (std::size_t at = 0; (at = response.body.find("\"index\":", at)) != std::string::npos; ++at) ++listed;
  EXPECT_EQ(listed, 100U);
}

TEST_F(IngestTest, ReportsSamplesFromTheFutureAsAdjusted) {
  start();
  const TimeNs ahead = SystemClock().now() + 3600 * kSecond;
  const auto response =
      RawHttp(app->port()).post("/metrics", R"({"name":"m","value":1,"timestamp":)" + std::to_string(ahead) + "}");
  EXPECT_EQ(response.status, 202);
  EXPECT_TRUE(response.body.contains(R"("accepted":1,"rejected":0,"adjusted":1)")) << response.body;
  EXPECT_TRUE(response.body.contains("adjusted_future"));
  const auto stored = stored_records(kafka);
  ASSERT_EQ(stored.size(), 1U);
  ASSERT_EQ(stored[0].record->batch.adjusted.size(), 1U);
  EXPECT_EQ(stored[0].record->batch.adjusted[0].original, ahead);
}

TEST_F(IngestTest, NamesBatchesSoThatARetryIsTheSameBatch) {
  start();
  RawHttp client(app->port());
  const std::string now = std::to_string(SystemClock().now());
  const std::string timed = R"({"name":"m","value":1,"timestamp":)" + now + "}";
  const std::string observation = R"({"name":"m","value":1,"type":"histogram","timestamp":)" + now + "}";
  EXPECT_TRUE(client.post("/metrics", timed).body.contains(R"("idempotent":true)"));
  EXPECT_TRUE(client.post("/metrics", timed).body.contains(R"("idempotent":true)"));
  EXPECT_TRUE(client.post("/metrics", observation).body.contains(R"("idempotent":false)"));
  EXPECT_TRUE(client.post("/metrics", kOne).body.contains(R"("idempotent":false)")) << "no timestamp";
  EXPECT_TRUE(client.post("/metrics", kOne, "Idempotency-Key: k1\r\n").body.contains(R"("batch_id":"k1")"));
  const auto stored = stored_records(kafka);
  ASSERT_EQ(stored.size(), 5U);
  ASSERT_TRUE(stored[0].record->key && stored[1].record->key);
  EXPECT_EQ(stored[0].record->key->body_hash, stored[1].record->key->body_hash);
  EXPECT_FALSE(stored[2].record->key.has_value());
  EXPECT_FALSE(stored[3].record->key.has_value());
  EXPECT_EQ(stored[4].record->key->client_key, "k1");
}

TEST_F(IngestTest, FindsTheClientAndAddsAttributes) {
  IngestSettings settings = settings_for(kafka.brokers());
  settings.attributes = {{"datacenter", "fra"}, {"environment", "test"}};
  start(settings);
  RawHttp client(app->port());
  EXPECT_EQ(client.post("/metrics", kOne, "X-Client-Id: header\r\n").status, 202);
  EXPECT_EQ(client.post("/metrics", R"({"host_id":"web-1","metrics":[)" + metric(1) + "]}").status, 202);
  EXPECT_EQ(client.post("/metrics", R"({"serverId":"srv-9","cpu":1.5,"tags":{}})").status, 202);
  EXPECT_EQ(client.post("/metrics", kOne).status, 202);
  std::vector<std::string> ids;
  for (const auto& stored : stored_records(kafka)) {
    ids.emplace_back(stored.record->client_id);
    ASSERT_EQ(stored.record->attributes.size(), 2U);
    EXPECT_EQ(stored.record->attributes[0], (Attribute{"datacenter", "fra"}));
  }
  std::ranges::sort(ids);
  EXPECT_EQ(ids, (std::vector<std::string>{"anonymous", "header", "srv-9", "web-1"}));
}

TEST_F(IngestTest, TakesRequestsByteByByteAndPipelined) {
  start();
  RawHttp slow(app->port());
  for (const char c : post_request("/metrics", kOne)) slow.send(std::string_view(&c, 1));
  EXPECT_EQ(slow.read().status, 202);
  RawHttp piped(app->port());
  std::string wire;
  for (int i = 0; i < 50; ++i)
    wire += post_request("/metrics", kOne, "Idempotency-Key: k" + std::to_string(i) + "\r\n");
  piped.send(wire);
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(piped.read().body.contains("\"batch_id\":\"k" + std::to_string(i) + "\"")) << i;
  }
  EXPECT_EQ(stored_records(kafka).size(), 51U);
}

TEST_F(IngestTest, ChunkedBodiesAreTaken) {
  start();
  RawHttp client(app->port());
  client.send("POST /metrics HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send("10\r\n" + kOne.substr(0, 16) + "\r\n");
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", kOne.size() - 16);
  client.send(size + kOne.substr(16) + "\r\n0\r\n\r\n");
  EXPECT_EQ(client.read().status, 202);
}

TEST_F(IngestTest, ShowsItsCountersInThreeForms) {
  start();
  RawHttp client(app->port());
  EXPECT_EQ(client.post("/metrics", "[" + metric(1) + R"(,{"name":"","value":1}])").status, 202);
  EXPECT_EQ(client.post("/metrics", "nonsense").status, 400);
  for (const std::uint16_t port : {app->port(), app->admin_port()}) {
    RawHttp reader(port);
    const auto json = reader.get("/metrics", "Accept: */*\r\n");
    EXPECT_EQ(json.headers.at("content-type"), "application/json");
    EXPECT_TRUE(json.body.contains(R"("metrics_received":2,"batches_processed":1,"validation_errors":1,)"))
        << json.body;
    const auto text = reader.get("/metrics", "Accept: text/plain\r\n");
    EXPECT_TRUE(text.headers.at("content-type").starts_with("text/plain; version=0.0.4"));
    EXPECT_TRUE(text.body.contains("metricstream_ingest_samples_accepted_total{protocol=\"native\"} 1\n")) << text.body;
    EXPECT_TRUE(text.body.contains(R"(metricstream_ingest_requests_refused_total{reason="malformed"} 1)"));
    EXPECT_TRUE(text.body.contains("metricstream_kafka_produced_total 1\n"));
    const auto open = reader.get("/metrics", "Accept: application/openmetrics-text\r\n");
    EXPECT_TRUE(open.body.ends_with("# EOF\n"));
  }
}

TEST_F(IngestTest, AnswersHealthOnBothListeners) {
  start();
  for (const std::uint16_t port : {app->port(), app->admin_port()}) {
    RawHttp client(port);
    EXPECT_EQ(client.get("/-/healthy").status, 200);
    EXPECT_EQ(client.get("/-/ready").status, 200);
    const auto health = client.get("/health");
    EXPECT_EQ(health.status, 200);
    EXPECT_TRUE(health.body.contains(R"("status":"pass")"));
  }
  EXPECT_EQ(RawHttp(app->admin_port()).post("/metrics", kOne).status, 405) << "samples go to the public listener";
}

}  // namespace
}  // namespace metricstream::ingestion::test
