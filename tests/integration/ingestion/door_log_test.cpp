#include "services/ingestion/refusal_log.hpp"
#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/observation.hpp"

// What the log tells of requests; how lines are chosen is in tests/unit/ingestion.
namespace metricstream::ingestion::test {
namespace {

class RefusalLogTest : public IngestTest {
 protected:
  RawResponse post(std::string_view body, std::string_view client) const {
    return RawHttp(app->port()).post("/metrics", body, client_field(client));
  }
  IngestSettings settings = settings_for(kafka.brokers());
  CapturedLog log;
};

TEST_F(RefusalLogTest, NamesLimitClientAndExcessOnceForEachClient) {
  settings.rate_limits.client.samples_per_minute = limits::Quota(10);
  start(settings, log.logger());
  for (const std::string client : {"alice", "bob"}) {
    expect_accepted(post(batch_of(8), client));
    for (int i = 0; i < 5; ++i) expect_problem(post(batch_of(5), client), 429, "rate-limited");
  }
  expect_problem(post(batch_of(11), "carol"), 413, "batch-over-rate-limit");
  EXPECT_EQ(log.lines({"msg=refused"}).size(), 3U);
  const auto alice = log.lines({"msg=refused", "client=alice", "reason=\"rate limit\"", "level=warn"});
  ASSERT_EQ(alice.size(), 1U);
  EXPECT_TRUE(alice[0].contains("detail=\"samples: 5 asked, 8 of 10 in 1m used, 3 over, passes in ")) << alice[0];
  EXPECT_TRUE(alice[0].contains("request_id=")) << alice[0];
  EXPECT_EQ(log.lines({"client=bob", "3 over"}).size(), 1U);
  EXPECT_EQ(log.lines({"client=carol", "samples: 11 asked, 10 in 1m allowed, 1 over, never passes"}).size(), 1U);
}

TEST_F(RefusalLogTest, NamesTheBoundThatHasNoRoom) {
  settings.admission.in_flight_size = ByteSize{1024 * 1024};
  start(settings, log.logger());
  const HeldRequest most(app->port(), 1024 * 1024 - 1000);
  ASSERT_TRUE(comes_to_hold(app->admin_port(), 1024 * 1024 - 1000));
  for (const std::string client : {"alice", "bob"}) {
    expect_problem(post(padded(kSample, 1001), client), 503, "overloaded");
  }
  const auto lines = log.lines({"msg=refused", "reason=overload"});
  ASSERT_EQ(lines.size(), 1U) << "it is nobody's fault";
  EXPECT_TRUE(lines[0].contains("in_flight_bytes: 1047576 of 1048576, 1001 bytes asked, a request of alice"))
      << lines[0];
}

TEST_F(RefusalLogTest, NamesNobodyWhereABodyFindsNoRoomToInflate) {
  settings.admission.in_flight_size = ByteSize{1024 * 1024};
  start(settings, log.logger());
  const HeldRequest most(app->port(), 1024 * 1024 - 1000);
  ASSERT_TRUE(comes_to_hold(app->admin_port(), 1024 * 1024 - 1000));
  for (const std::string client : {"alice", "bob"}) {
    const std::string body = gzipped(padded(kSample, 5000));
    expect_problem(post(body, client + "\r\nContent-Encoding: gzip"), 503, "overloaded");
  }
  EXPECT_EQ(log.lines({"msg=refused", "reason=overload", R"(client="")"}).size(), 1U);
  EXPECT_EQ(log.lines({"msg=refused"}).size(), 1U);
}

TEST_F(RefusalLogTest, ThousandsOfClientsDoNotFillTheLog) {
  settings.rate_limits.client.samples_per_minute = limits::Quota(1);
  start(settings, log.logger());
  RawHttp connection(app->port());
  constexpr int kClients = 2000;
  const auto start_time = std::chrono::steady_clock::now();
  for (int i = 0; i < kClients; ++i) {
    const std::string client = client_field("c" + std::to_string(i));
    expect_problem(connection.post("/metrics", batch_of(2), client), 413, "batch-over-rate-limit");
  }
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - start_time).count();
  const std::size_t lines = log.lines({"msg=refused"}).size();
  EXPECT_GE(lines, RefusalLog::kLinesPerSecond);
  EXPECT_LE(lines, RefusalLog::kLinesPerSecond * (static_cast<std::size_t>(seconds) + 1));
}

class AccessLogTest : public IngestTest {
 protected:
  // Of 150 requests on one connection.
  [[nodiscard]] std::vector<std::string> lines_of_requests(const AccessLogSettings& access_log) {
    IngestSettings settings = settings_for(kafka.brokers());
    settings.access_log = access_log;
    start(settings, log.logger());
    RawHttp connection(app->port());
    for (int i = 0; i < kRequests; ++i) expect_accepted(connection.post("/metrics", kSample, client_field("alice")));
    return log.lines({"msg=request"});
  }

  static constexpr int kRequests = 150;
  CapturedLog log;
};

TEST_F(AccessLogTest, WritesAShareOfTheRequests) {
  const auto lines = lines_of_requests({.sample_ratio = 0.1, .max_lines_per_second = 100'000});
  EXPECT_GE(lines.size(), kRequests / 10 - 2);
  EXPECT_LE(lines.size(), kRequests / 10 + 2);
  for (const std::string& line : lines) {
    EXPECT_TRUE(line.contains("method=POST path=/metrics status=202 bytes=22 ")) << line;
    EXPECT_TRUE(line.contains(" remote=127.0.0.1 client=alice key=\"\" request_id=")) << line;
  }
}

TEST_F(AccessLogTest, WritesNoMoreThanSoManyLinesInASecond) {
  const auto start_time = std::chrono::steady_clock::now();
  const auto lines = lines_of_requests({.sample_ratio = 1, .max_lines_per_second = 5});
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - start_time).count();
  EXPECT_GE(lines.size(), 5U);
  EXPECT_LE(lines.size(), 5 * (static_cast<std::size_t>(seconds) + 1));
}

TEST_F(AccessLogTest, IsOffByDefault) { EXPECT_TRUE(lines_of_requests({}).empty()); }

}  // namespace
}  // namespace metricstream::ingestion::test
