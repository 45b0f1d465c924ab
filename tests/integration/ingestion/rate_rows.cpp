#include "tests/integration/ingestion/limits_table.hpp"

// rate_limits: what a client may send. The limits of samples are of a minute, which no test outlasts.
namespace metricstream::ingestion::test {
namespace {

std::vector<int> statuses_of(const LimitBed& bed, int count, std::string_view client) {
  RawHttp connection(bed.port());
  std::string wire;
  for (int i = 0; i < count; ++i) wire += post_request("/metrics", kSample, client_field(client));
  connection.send(wire);
  std::vector<int> out;
  for (int i = 0; i < count; ++i) out.push_back(connection.read().status);
  return out;
}

LimitRow requests_per_second() {
  return {.setting = "rate_limits.requests_per_second",
          .value = "5",
          .others = {},
          .at = [](LimitBed& bed) { EXPECT_EQ(statuses_of(bed, 5, "at"), std::vector<int>(5, 202)); },
          .past =
              [](LimitBed& bed) {
                int attempt = 0;
                EXPECT_TRUE(eventually([&] {
                  const Stopwatch watch;
                  const auto statuses = statuses_of(bed, 6, "past-" + std::to_string(++attempt));
                  if (watch.elapsed() >= 1s) return false;  // too slow a machine to be past the limit
                  EXPECT_EQ(statuses, (std::vector<int>{202, 202, 202, 202, 202, 429}));
                  return true;
                }));
              }};
}

LimitRow samples_per_minute() {
  return {.setting = "rate_limits.samples_per_minute",
          .value = "10",
          .others = {},
          .at =
              [](LimitBed& bed) {
                expect_accepted(bed.post(batch_of(6), client_field("a")));
                expect_accepted(bed.post(batch_of(4), client_field("a")));
                expect_accepted(bed.post(batch_of(10), client_field("b")));
              },
          .past =
              [](LimitBed& bed) {
                expect_problem(bed.post(kSample, client_field("a")), 429, "rate-limited");
                expect_problem(bed.post(kSample, client_field("b")), 429, "rate-limited");
                expect_problem(bed.post(batch_of(11), client_field("c")), 413, "batch-over-rate-limit");
              }};
}

LimitRow host_samples_per_minute() {
  return {.setting = "rate_limits.host_samples_per_minute",
          .value = "10",
          .others = {},
          .at =
              [](LimitBed& bed) {
                expect_accepted(bed.post(batch_of(6, "web"), client_field("a")));
                expect_accepted(bed.post(batch_of(4, "web"), client_field("a")));
                expect_accepted(bed.post(batch_of(10, "web"), client_field("b")));
                expect_accepted(bed.post(batch_of(11), client_field("a")));
              },
          .past =
              [](LimitBed& bed) {
                expect_problem(bed.post(batch_of(1, "web"), client_field("a")), 429, "rate-limited");
                expect_problem(bed.post(batch_of(1, "web"), client_field("b")), 429, "rate-limited");
                expect_problem(bed.post(batch_of(11, "db"), client_field("a")), 413, "batch-over-rate-limit");
              }};
}

constexpr int kPlaces = 64;

// A table of so many places, where everybody may send one sample a minute. Who finds no place still gets in, counted
// together with all others who found none.
LimitRow table_size(std::string setting, std::string limit, std::function<RawResponse(LimitBed&, int)> post_as) {
  return {.setting = std::move(setting),
          .value = std::to_string(kPlaces),
          .others = {{std::move(limit), "1"}},
          .at =
              [post_as](LimitBed& bed) {
                for (int i = 0; i < kPlaces; ++i) expect_accepted(post_as(bed, i));
                expect_problem(post_as(bed, 0), 429, "rate-limited");
              },
          .past =
              [post_as](LimitBed& bed) {
                expect_accepted(post_as(bed, kPlaces));
                expect_problem(post_as(bed, kPlaces + 1), 429, "rate-limited");
              }};
}

LimitRow clients() {
  return table_size("rate_limits.clients", "rate_limits.samples_per_minute", [](LimitBed& bed, int number) {
    return bed.post(kSample, client_field("c" + std::to_string(number)));
  });
}

LimitRow hosts() {
  return table_size("rate_limits.hosts", "rate_limits.host_samples_per_minute", [](LimitBed& bed, int number) {
    return bed.post(batch_of(1, "h" + std::to_string(number)), client_field("c"));
  });
}

}  // namespace

LimitRows rate_rows() {
  return {requests_per_second(), samples_per_minute(), host_samples_per_minute(), clients(), hosts()};
}

}  // namespace metricstream::ingestion::test
