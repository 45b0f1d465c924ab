#include "common/http/management.hpp"

#include <gtest/gtest.h>

#include "common/gzip/inflater.hpp"
#include "common/http/handler.hpp"

namespace metricstream::http {
namespace {

class SetClock final : public Clock {
 public:
  [[nodiscard]] TimeNs now() const override { return time; }
  TimeNs time = 1'700'000'000 * kSecond;
};

class ManagementTest : public testing::Test {
 protected:
  ManagementTest() {
    registry.counter("metricstream_things_total", "Things.").add(7);
    add_management_routes(router, {.service = "metricstream-test",
                                   .registry = registry,
                                   .not_ready = [] { return std::nullopt; },
                                   .json_counters = [] { return std::string("{\"things\":7}\n"); }});
  }
  Response get(std::string_view path, std::initializer_list<Field> fields) { return get(router, path, fields); }
  static Response get(const Router& of, std::string_view path, std::initializer_list<Field> fields) {
    RequestHead head;
    head.method = "GET";
    head.path = path;
    for (const Field& field : fields) head.add_field(field);
    auto handler = of.route("GET", path);
    if (!handler) return std::move(handler.error());
    return std::move((*handler)->begin(head).error());
  }
  static std::string inflated(const Response& response) {
    std::string out;
    const auto done = gzip::Inflater().inflate(response.body, {}, out);
    EXPECT_TRUE(done.has_value());
    return out;
  }

  SetClock clock;
  metrics::Registry registry;
  Router router;
  Router public_router;
};

TEST_F(ManagementTest, MetricsComeByGzipWhereThatIsAccepted) {
  const Response plain = get("/metrics", {{"Accept", "text/plain"}});
  EXPECT_TRUE(plain.body.contains("metricstream_things_total 7\n"));
  EXPECT_FALSE(plain.headers.contains("Content-Encoding"));

  // What Prometheus sends.
  const Response packed = get("/metrics", {{"Accept", "text/plain"}, {"Accept-Encoding", "gzip"}});
  EXPECT_TRUE(packed.headers.contains("Content-Encoding: gzip\r\n"));
  EXPECT_TRUE(packed.headers.contains("Vary: Accept, Accept-Encoding\r\n"));
  EXPECT_EQ(packed.content_type, plain.content_type);
  EXPECT_LT(packed.body.size(), plain.body.size() / 2);
  EXPECT_TRUE(inflated(packed).contains("metricstream_things_total 7\n"));

  EXPECT_EQ(inflated(get("/metrics", {{"Accept-Encoding", "br, gzip;q=0.5"}})), "{\"things\":7}\n");
}

TEST_F(ManagementTest, StrangersSeeNoClientsAndGetAPageThatIsAtMostASecondOld) {
  const auto of_clients = registry.collect_gauge(
      "metricstream_usage", "By client.", [] { return std::vector<metrics::LabelledValue>{{{{"client", "acme"}}, 1}}; },
      metrics::Audience::operators);
  KeptPages pages(clock);
  add_management_routes(public_router, {.service = "metricstream-test",
                                        .registry = registry,
                                        .not_ready = [] { return std::nullopt; },
                                        .json_counters = [] { return std::string("{}\n"); },
                                        .audience = metrics::Audience::everyone,
                                        .kept_pages = &pages});
  const auto things = [&](const Router& of, std::string_view coding) {
    const Response page = get(of, "/metrics", {{"Accept", "text/plain"}, {"Accept-Encoding", coding}});
    return coding.empty() ? page.body : inflated(page);
  };
  for (const std::string_view coding : {"", "gzip"}) {
    EXPECT_TRUE(things(router, coding).contains("client=\"acme\"")) << "operators do";
    EXPECT_FALSE(things(public_router, coding).contains("acme"));
    EXPECT_TRUE(things(public_router, coding).contains("metricstream_things_total 7\n"));
  }
  registry.counter("metricstream_things_total", "Things.").add(1);
  for (const std::string_view coding : {"", "gzip"}) {
    EXPECT_TRUE(things(router, coding).contains("metricstream_things_total 8\n"));
    EXPECT_TRUE(things(public_router, coding).contains("metricstream_things_total 7\n"));
  }
  clock.time += KeptPages::kLifetime;
  EXPECT_TRUE(things(public_router, "").contains("metricstream_things_total 8\n"));
}

TEST_F(ManagementTest, GzipIsForMetricsAlone) {
  EXPECT_FALSE(get("/health", {{"Accept-Encoding", "gzip"}}).headers.contains("Content-Encoding"));
}

}  // namespace
}  // namespace metricstream::http
