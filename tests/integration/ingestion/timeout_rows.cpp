#include "tests/integration/ingestion/limits_table.hpp"

// http.timeouts. The near side uses up half of the limit, so that a much shorter one would show, and has to be in time,
// so it may be tried again; the far side is held against the least time that has to pass, and waits for what has to
// happen then.
namespace metricstream::ingestion::test {
namespace {

constexpr auto kShort = 300ms;
const std::string kShortText = "300ms";

// Half of the limit; false where the server said or closed something meanwhile.
bool is_quiet_for_half(RawHttp& client) { return !client.wait_for_input(kShort / 2); }

// Half of the limit, whatever happens.
void pass_half() {
  const Stopwatch watch;
  ASSERT_TRUE(eventually([&] { return watch.elapsed() >= kShort / 2; }));
}

// Sends byte after byte until the other end has closed, or has something to say.
void dribble(RawHttp& client, char byte) {
  for (;;) {
    try {
      client.send(std::string_view(&byte, 1));
      if (client.wait_for_input(20ms)) return;
    } catch (const std::exception&) {
      return;  // closed while it was sent
    }
  }
}

LimitRow header() {
  return {.setting = "http.timeouts.header",
          .value = kShortText,
          .others = {},
          .at =
              [](LimitBed& bed) {
                EXPECT_TRUE(succeeds_once([&] {
                  RawHttp client(bed.port());
                  const std::string wire = post_request("/metrics", kSample);
                  client.send(wire.substr(0, 20));
                  if (!is_quiet_for_half(client)) return false;
                  client.send(wire.substr(20));
                  return client.read().status == 202;
                }));
              },
          .past =
              [](LimitBed& bed) {
                const Stopwatch watch;
                RawHttp client(bed.port());
                client.send("POST /metrics HTTP/1.1\r\nX-Slow: ");
                dribble(client, 'x');
                EXPECT_TRUE(client.is_closed());
                EXPECT_GE(watch.elapsed(), kShort);
                EXPECT_GE(bed.metric("metricstream_http_timeouts_total"), 1);
              }};
}

LimitRow body() {
  return {.setting = "http.timeouts.body",
          .value = kShortText,
          .others = {},
          .at =
              [](LimitBed& bed) {
                EXPECT_TRUE(succeeds_once([&] {
                  HeldRequest held(bed.port(), 100);
                  return is_quiet_for_half(held.client()) && held.finish().status == 202;
                }));
              },
          .past =
              [](LimitBed& bed) {
                const Stopwatch watch;
                HeldRequest slow(bed.port(), 60'000);
                slow.client().send(std::string(10'000, ' '));  // half a second more
                dribble(slow.client(), ' ');
                expect_problem(slow.client().read(), 503, "body-timeout");
                EXPECT_TRUE(slow.client().is_closed());
                EXPECT_GE(watch.elapsed(), kShort + 500ms);
              }};
}

// More answers than the buffers of both ends hold (some MB).
constexpr int kManyAnswers = 500;

std::string many_requests() {
  std::string out;
  for (int i = 0; i < kManyAnswers; ++i) {
    out += "GET /metrics HTTP/1.1\r\nHost: t\r\nAccept: text/plain\r\n\r\n";
  }
  return out;
}

LimitRow write() {
  return {.setting = "http.timeouts.write",
          .value = kShortText,
          .others = {},
          .at =
              [](LimitBed& bed) {
                EXPECT_TRUE(succeeds_once([&] {
                  RawHttp client(bed.port());
                  client.send(many_requests());
                  pass_half();
                  for (int i = 0; i < kManyAnswers; ++i) EXPECT_EQ(client.read().status, 200);
                  return true;
                })) << "a client that takes its answers gets all of them";
              },
          .past =
              [](LimitBed& bed) {
                const double before = bed.metric("metricstream_http_timeouts_total");
                const Stopwatch watch;
                RawHttp client(bed.port());
                client.send(many_requests());
                EXPECT_TRUE(bed.reaches("metricstream_http_timeouts_total", before + 1));
                EXPECT_GE(watch.elapsed(), kShort);
                EXPECT_TRUE(bed.reaches("metricstream_http_connections_open", 0)) << "cut";
              }};
}

LimitRow idle() {
  return {.setting = "http.timeouts.idle",
          .value = kShortText,
          .others = {},
          .at =
              [](LimitBed& bed) {
                EXPECT_TRUE(succeeds_once([&] {
                  RawHttp client(bed.port());
                  return client.post("/metrics", kSample).status == 202 && is_quiet_for_half(client) &&
                         client.post("/metrics", kSample).status == 202;
                }));
              },
          .past =
              [](LimitBed& bed) {
                RawHttp client(bed.port());
                const Stopwatch watch;
                expect_accepted(client.post("/metrics", kSample));
                EXPECT_TRUE(client.is_closed());
                EXPECT_GE(watch.elapsed(), kShort);
              }};
}

LimitRow connection() {
  return {.setting = "http.timeouts.connection",
          .value = kShortText,
          .others = {},
          .at =
              [](LimitBed& bed) {
                EXPECT_TRUE(succeeds_once([&] {
                  RawHttp client(bed.port());
                  if (!is_quiet_for_half(client)) return false;
                  const auto response = client.post("/metrics", kSample);
                  return response.status == 202 && !response.headers.contains("connection") &&
                         client.post("/metrics", kSample).status == 202;
                }));
              },
          .past =
              [](LimitBed& bed) {
                const Stopwatch watch;
                RawHttp client(bed.port());
                RawResponse response;
                do {
                  response = client.post("/metrics", kSample);
                  expect_accepted(response);
                } while (!response.headers.contains("connection") && watch.elapsed() < 1min);
                EXPECT_EQ(response.headers["connection"], "close");
                EXPECT_TRUE(client.is_closed());
                EXPECT_GE(watch.elapsed(), kShort);
              }};
}

LimitRow acknowledge() {
  return {.setting = "http.timeouts.acknowledge",
          .value = kShortText,
          .others = {},
          .at =
              [](LimitBed& bed) {
                bed.kafka.set_round_trip(1, static_cast<int>(kShort.count()) / 2);
                EXPECT_TRUE(succeeds_once([&] {
                  const Stopwatch watch;
                  return bed.post(kSample).status == 202 && watch.elapsed() >= kShort / 2;
                }));
              },
          .past =
              [](LimitBed& bed) {
                bed.kafka.set_round_trip(1, 30'000);
                const Stopwatch watch;
                const auto response = bed.post(kSample);
                expect_problem(response, 503, "not-acknowledged");
                EXPECT_TRUE(response.headers.contains("retry-after"));
                EXPECT_GE(watch.elapsed(), kShort);
                bed.kafka.set_round_trip(1, 0);
              }};
}

bool takes_connections(const LimitBed& bed) {
  try {
    const RawHttp client(bed.port());
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

LimitRow shutdown_delay() {
  return {.setting = "http.timeouts.shutdown_delay",
          .value = "1500ms",
          .others = {},
          .at =
              [](LimitBed& bed) {
                RawHttp reader(bed.app->admin_port());
                RawHttp open(bed.port());
                EXPECT_EQ(open.get("/-/ready").status, 200);
                bed.app->stop();
                EXPECT_TRUE(eventually([&] { return reader.get("/-/ready").status == 503; }));
                EXPECT_TRUE(open.get("/-/ready").body.contains("shutting down"));
                expect_accepted(open.post("/metrics", kSample));
                pass_half();
                expect_accepted(bed.post(kSample));  // also over a new connection
              },
          .past =
              [](LimitBed& bed) {
                bed.start();
                const Stopwatch watch;
                bed.app->stop();
                EXPECT_TRUE(eventually([&] { return !takes_connections(bed); }));
                EXPECT_GE(watch.elapsed(), 1500ms);
                EXPECT_EQ(bed.app->wait(), 0);
              }};
}

LimitRow shutdown() {
  return {.setting = "http.timeouts.shutdown",
          .value = "1m",
          .others = {{"http.timeouts.body", "1m"}},
          .at =
              [](LimitBed& bed) {
                HeldRequest under_way(bed.port(), 100);
                bed.app->stop();
                EXPECT_TRUE(eventually([&] { return !takes_connections(bed); }));
                const auto response = under_way.finish();
                expect_accepted(response);
                EXPECT_EQ(response.headers.at("connection"), "close");
                EXPECT_EQ(bed.app->wait(), 0);
              },
          .past =
              [](LimitBed& bed) {
                bed.set("http.timeouts.shutdown", kShortText);
                bed.start();
                HeldRequest under_way(bed.port(), 100);
                const Stopwatch watch;
                bed.app->stop();
                EXPECT_TRUE(under_way.client().is_closed()) << "cut without an answer";
                EXPECT_GE(watch.elapsed(), kShort);
                EXPECT_EQ(bed.app->wait(), 0);
                EXPECT_LT(watch.elapsed(), 1min) << "long before the body's own time";
              }};
}

}  // namespace

LimitRows timeout_rows() {
  return {shutdown_delay(), shutdown(), write(), header(), body(), idle(), connection(), acknowledge()};
}

}  // namespace metricstream::ingestion::test
