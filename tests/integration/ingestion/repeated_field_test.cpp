#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/observation.hpp"

// Of two fields of one name a proxy may believe the other one than we do, or join them: neither is taken.
namespace metricstream::ingestion::test {
namespace {

struct Case {
  std::string name;
  std::string first;
  std::string second;
  int status;
  std::string problem;
};

TEST_F(IngestTest, AFieldThatDecidesSomethingIsTakenOnce) {
  start();
  const std::vector<Case> cases{
      {"Content-Type", "application/json", "application/x-ndjson", 415, "unsupported-media-type"},
      {"Content-Type", "application/json", "application/json", 415, "unsupported-media-type"},
      {"Content-Encoding", "identity", "gzip", 415, "unsupported-encoding"},
      {"Idempotency-Key", "one", "two", 400, "bad-idempotency-key"},
      {"Idempotency-Key", "one", "one", 400, "bad-idempotency-key"},
      {"Authorization", "alice", "bob", 400, "bad-client-id"},
      {"X-Client-Id", "alice", "bob", 400, "bad-client-id"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    const std::string field = one.name + ": " + one.first + "\r\n";
    expect_accepted(RawHttp(app->port()).post("/metrics", kSample, field));
    const std::string again = one.name + ": " + one.second + "\r\n";
    expect_problem(RawHttp(app->port()).post("/metrics", kSample, field + again), one.status, one.problem);
    RawHttp waiting(app->port());
    waiting.send("POST /metrics HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\nExpect: 100-continue\r\n" + field +
                 again + "\r\n");
    expect_problem(waiting.read(), one.status, one.problem);
  }
  EXPECT_EQ(stored_records(kafka).size(), cases.size()) << "of those with one field";
}

}  // namespace
}  // namespace metricstream::ingestion::test
