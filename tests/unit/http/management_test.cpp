#include "common/http/management.hpp"

#include <gtest/gtest.h>

#include "common/gzip/inflater.hpp"
#include "common/http/handler.hpp"

namespace metricstream::http {
namespace {

class ManagementTest : public testing::Test {
 protected:
  ManagementTest() {
    registry.counter("metricstream_things_total", "Things.").add(7);
    add_management_routes(router, {.service = "metricstream-test",
                                   .registry = registry,
                                   .not_ready = [] { return std::nullopt; },
                                   .json_counters = [] { return std::string("{\"things\":7}\n"); }});
  }
  Response get(std::string_view path, std::initializer_list<Field> fields) {
    RequestHead head;
    head.method = "GET";
    head.path = path;
    for (const Field& field : fields) head.add_field(field);
    auto handler = router.route("GET", path);
    if (!handler) return std::move(handler.error());
    return std::move((*handler)->begin(head).error());
  }
  static std::string inflated(const Response& response) {
    std::string out;
    const auto done = gzip::Inflater().inflate(response.body, {}, out);
    EXPECT_TRUE(done.has_value());
    return out;
  }

  metrics::Registry registry;
  Router router;
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

TEST_F(ManagementTest, GzipIsForMetricsAlone) {
  EXPECT_FALSE(get("/health", {{"Accept-Encoding", "gzip"}}).headers.contains("Content-Encoding"));
}

}  // namespace
}  // namespace metricstream::http
