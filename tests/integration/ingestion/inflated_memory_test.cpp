#include <cstdio>

#include "tests/integration/ingestion/ingest_fixture.hpp"
#include "tests/integration/ingestion/ingest_requests.hpp"
#include "tests/integration/ingestion/observation.hpp"
#include "tests/support/connection_crowd.hpp"
#include "tests/support/sanitizers.hpp"

namespace metricstream::ingestion::test {
namespace {

using metricstream::test::kIsSanitized;
using metricstream::test::resident_bytes;

TEST(InflatedMemory, OneHugeBodyIsNoReasonToKeepItsMemory) {
  constexpr std::size_t kHuge = std::size_t{128} * 1024 * 1024;
  MockKafka kafka(1);
  kafka.create_topic(kTopic, kPartitions);
  IngestSettings settings = settings_for(kafka.brokers());
  settings.http.threads = 1;
  settings.http.limits.inflated_size = ByteSize{kHuge};
  settings.http.limits.inflated_ratio = 2000;
  const RunningApp app(settings);
  const std::string wire = gzipped(padded(kSample, kHuge));
  const auto post = [&] { return RawHttp(app.port()).post("/metrics", wire, kGzipField); };
  ASSERT_TRUE(eventually([&] { return RawHttp(app.port()).post("/metrics", kSample).status == 202; }));
  const std::size_t before = resident_bytes();
  expect_accepted(post());
  const std::size_t after = resident_bytes();
  std::printf("resident memory %.1f MB, after a body of %.1f MB %.1f MB\n", static_cast<double>(before) / 1e6,
              static_cast<double>(kHuge) / 1e6, static_cast<double>(after) / 1e6);
  if (!kIsSanitized) {
    EXPECT_LT(after, before + kHuge / 2);
  }
  expect_accepted(post());
}

}  // namespace
}  // namespace metricstream::ingestion::test
