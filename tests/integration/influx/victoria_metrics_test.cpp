// A second program that takes /api/v2/write: the sink must not depend on InfluxDB's own habits.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>

#include "common/http/client.hpp"
#include "services/aggregator/sink/sink.hpp"
#include "tests/integration/influx/real_influx.hpp"
#include "tests/integration/influx/sink_fixture.hpp"

namespace metricstream::sink {
namespace {

class VictoriaMetrics : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::is_installed("victoria-metrics")) {
      GTEST_SKIP() << "victoria-metrics is not installed (Debian: apt-get install victoria-metrics)";
    }
    const std::string listen = "127.0.0.1:" + std::to_string(testing::free_port());
    url_ = "http://" + listen;
    server_ = std::make_unique<testing::ServerProcess>(
        std::vector<std::string>{"victoria-metrics", "-storageDataPath=" + (directory_.path() / "data").string(),
                                 "-httpListenAddr=" + listen, "-retentionPeriod=12"},
        directory_.path() / "log");
    ASSERT_TRUE(server_->wait_until_ready([&] { return get("/health").has_value(); }));
  }

  std::optional<std::string> get(const std::string& target) {
    http::ClientOptions options;
    options.url = *http::parse_url(url_);
    http::Client client{context_.get_executor(), options};
    http::ClientRequest request;
    request.target = target;
    auto answer = influx::finish(context_, client.send(request));
    if (!answer || answer->status >= 300) return std::nullopt;
    return answer->body;
  }

  boost::asio::io_context context_;
  testing::TemporaryDirectory directory_;
  std::unique_ptr<testing::ServerProcess> server_;
  std::string url_;
};

TEST_F(VictoriaMetrics, HoldsEveryPointThatTheSinkCallsWritten) {
  RecordingDeadLetters dead_letters;
  SystemClock clock;
  metrics::Registry registry;
  SinkOptions options;
  options.endpoint.version = influx::Version::v2;
  options.endpoint.url = url_;
  options.endpoint.org = "any";
  options.policies = {{"1m", *influx::default_policy("1m")}};
  options.batch.lines = 300;
  Sink sink{std::move(options), dead_letters, clock, registry, Logger::null()};
  Lane& lane = sink.open(0).lane("1m");
  const TimeNs now = clock.now();
  for (int i = 0; i < 2000; ++i) {
    lane.push(i, 0, now,
              "vm,series=" + std::to_string(i) + " value=" + std::to_string(i) + ".5 " + std::to_string(now));
  }
  ASSERT_TRUE(sink.flush_and_wait(std::chrono::seconds{20}));
  EXPECT_EQ(sink.misconfigured(), std::nullopt);
  // Its index shows new series about a second after they were written.
  std::optional<std::string> exported;
  EXPECT_TRUE(eventually([&] {
    get("/internal/force_flush");
    exported = get("/api/v1/export?match%5B%5D=vm_value");
    return exported && std::ranges::count(*exported, '\n') == 2000;  // one line a series
  }));
  ASSERT_TRUE(exported);
  EXPECT_NE(exported->find(R"("series":"1999")"), std::string::npos);
  EXPECT_NE(exported->find("[1999.5]"), std::string::npos);
}

}  // namespace
}  // namespace metricstream::sink
