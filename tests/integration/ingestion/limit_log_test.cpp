#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/key_files.hpp"
#include "tests/integration/ingestion/observation.hpp"

// What operators are told, at the default configuration, of requests and connections past a limit; rate limits and
// overload are in door_log_test.cpp.
namespace metricstream::ingestion::test {
namespace {

class LimitLogTest : public IngestTest {
 protected:
  RawResponse post(std::string_view body, const std::string& client, const std::string& fields = {}) const {
    return RawHttp(app->port()).post("/metrics", body, client_field(client) + fields);
  }
  RawResponse raw(const std::string& wire) const {
    RawHttp client(app->port());
    client.send(wire);
    return client.read();
  }
  // The one line for this reason and client, once it is there: it is written behind the answer.
  std::string line(const std::string& reason, const std::string& client) const {
    std::vector<std::string> found;
    EXPECT_TRUE(eventually([&] {
      found = log.lines({"level=warn", "msg=refused reason=" + reason + " client=" + client + " "});
      return !found.empty();
    })) << reason;
    EXPECT_EQ(found.size(), 1U) << reason;
    return found.empty() ? "" : found[0];
  }
  void expect_told(const std::string& reason, const std::string& client, const std::string& detail) const {
    const std::string found = line(reason, client);
    EXPECT_TRUE(found.contains("detail=\"" + detail)) << found;
  }

  IngestSettings settings = settings_for(kafka.brokers());
  CapturedLog log;
};

std::string members(std::size_t count) {
  std::string out = R"({"name":"m","value":1,"tags":{"t0":"")";
  for (std::size_t i = 1; i < count; ++i) out += ",\"t" + std::to_string(i) + "\":\"\"";
  return out + "}}";
}

TEST_F(LimitLogTest, ABodyPastALimitIsToldWithItsClient) {
  settings.producer.max_record_size = ByteSize{10'240};
  start(settings, log.logger());
  expect_problem(raw("POST /metrics HTTP/1.1\r\nHost: t\r\nX-Client-Id: a\r\nContent-Length: 2000000\r\n\r\n"), 413,
                 "body-too-large");
  expect_told("body-too-large", "a", "the body has 2000000 bytes, and 1048576 are the most");
  const std::string blanks(1'000'000, ' ');
  expect_problem(post(gzipped(blanks + blanks + kSample), "a", kGzipField), 413, "inflated-body-too-large");
  expect_told("inflated-body-too-large", "a", "the body of ");
  expect_problem(post(batch_of(1001), "a"), 413, "too-many-samples");
  expect_told("too-many-samples", "a", "the batch has more than 1000 samples, which are the most: send smaller ones");
  expect_problem(post(members(4097), "a"), 413, "too-many-members");
  expect_told("too-many-members", "a", "more than 4096 members in one object");
  expect_problem(post(std::string(20, '['), "a"), 400, "too-deep");
  expect_told("too-deep", "a", "nested deeper than 8 levels");
  expect_problem(post(bulky_batch(100, 200), "a"), 413, "record-too-large");
  expect_told("record-too-large", "a", "the batch makes a record of ");
}

TEST_F(LimitLogTest, ABodyThatTheServerItselfRefusesIsToldWithItsClientToo) {
  settings.http.timeouts.body = 200ms;
  start(settings, log.logger());
  const auto begin = [](const std::string& client, const std::string& framing, const std::string& body) {
    return "POST /metrics HTTP/1.1\r\nHost: t\r\nX-Client-Id: " + client + "\r\n" + framing + "\r\n\r\n" + body;
  };
  const std::string chunked = "Transfer-Encoding: chunked";
  expect_problem(raw(begin("a", chunked, "100001\r\n")), 413, "body-too-large");
  expect_told("body-too-large", "a", "the body has more than 1048576 bytes");
  expect_problem(raw(begin("b", "Content-Length: 500", "abc")), 503, "body-timeout");
  expect_told("body-timeout", "b", "3 of 500 bytes of the body had come in 200ms");
  expect_problem(raw(begin("c", "Content-Length: 1000000", std::string(2000, ' '))), 503, "body-timeout");
  expect_told("body-timeout", "c", "2000 of 1000000 bytes of the body had come in 300ms");
  expect_problem(raw(begin("d", chunked, "5\r\nab")), 503, "body-timeout");
  expect_told("body-timeout", "d", "2 bytes of the chunked body had come in 200ms");
}

TEST_F(LimitLogTest, AHeaderPastALimitIsToldWithItsAddressAndNothingOfWhatWasSent) {
  start(settings, log.logger());
  const std::string front = "GET /metrics HTTP/1.1\r\nHost: t\r\n";
  expect_problem(raw(front + "X-Secret: " + std::string(9000, 's') + "\r\n\r\n"), 431, "header-too-large");
  expect_told("header-too-large", "127.0.0.1", "request line and fields have more than 8192 bytes");
  expect_problem(raw("GET /" + std::string(1100, 's') + " HTTP/1.1\r\nHost: t\r\n\r\n"), 414, "target-too-long");
  expect_told("target-too-long", "127.0.0.1", "the target has 1101 bytes, and 1024 are the most");
  EXPECT_TRUE(log.lines({"ssss"}).empty());
}

TEST_F(LimitLogTest, OneLineTellsOfManyAndFramingErrorsAreCountedByReason) {
  start(settings, log.logger());
  std::string wire = "GET /metrics HTTP/1.1\r\nHost: t\r\n";
  for (int i = 0; i < 69; ++i) wire += "F" + std::to_string(i) + ": x\r\n";
  for (int i = 0; i < 50; ++i) expect_problem(raw(wire + "\r\n"), 431, "header-too-large");
  expect_problem(raw("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400, "bad-host");
  const std::string errors = "metricstream_http_framing_errors_total";
  EXPECT_TRUE(eventually([&] { return metric(app->admin_port(), errors + R"({reason="bad-host"})") == 1; }));
  EXPECT_TRUE(eventually([&] { return metric(app->admin_port(), errors + R"({reason="header-too-large"})") == 50; }));
  expect_told("header-too-large", "127.0.0.1", "the header has 70 fields, and 64 are the most");
  EXPECT_TRUE(log.lines({"bad-host"}).empty()) << "that is no limit";
}

TEST_F(LimitLogTest, ConnectionsPastTheLimitAreTold) {
  settings.http.limits.connections = 2;
  start(settings, log.logger());
  RawHttp one(app->port());
  EXPECT_EQ(one.get("/-/healthy").status, 200);
  RawHttp two(app->port());
  EXPECT_EQ(two.get("/-/healthy").status, 200);
  for (int i = 0; i < 3; ++i) expect_problem(RawHttp(app->port()).read(), 503, "too-many-connections");
  expect_told("too-many-connections", "\"\"", "2 connections of 2 are open, one more came from 127.0.0.1");
}

TEST_F(LimitLogTest, ConnectionsPastTheLimitOfTheirAddressAreTold) {
  settings.http.limits.connections_per_address = 1;
  start(settings, log.logger());
  RawHttp one(app->port());
  EXPECT_EQ(one.get("/-/healthy").status, 200);
  for (int i = 0; i < 3; ++i) expect_problem(RawHttp(app->port()).read(), 503, "too-many-connections-of-address");
  expect_told("too-many-connections-of-address", "127.0.0.1",
              "1 connections of 1 are open of this address, one more came from 127.0.0.1");
}

// They name clients by an operator's file.
TEST_F(LimitLogTest, StrangersDoNotSeeWhoHasLimitsOfItsOwn) {
  const TemporaryDirectory directory;
  directory.write("limits.yaml", "clients: {acme: {samples_per_minute: 100}}\n");
  settings.rate_limits.overrides_file = directory.file("limits.yaml");
  start(settings, log.logger());
  expect_accepted(post(kSample, "acme"));
  const auto text = [](std::uint16_t port) { return RawHttp(port).get("/metrics", "Accept: text/plain\r\n").body; };
  EXPECT_TRUE(text(app->admin_port()).contains(R"(client="acme"} 100)"));
  EXPECT_FALSE(text(app->port()).contains("acme"));
}

}  // namespace
}  // namespace metricstream::ingestion::test
