#include <random>

#include "tests/integration/ingestion/limits_table.hpp"

// http.limits: what a request and its connection may be.
namespace metricstream::ingestion::test {
namespace {

// A POST whose header, the empty line included, has exactly `size` bytes.
std::string request_with_header(std::size_t size) {
  const std::string bare = post_request("/metrics", kSample, "X-Pad: \r\n");
  const std::size_t missing = size - (bare.size() - kSample.size());
  return post_request("/metrics", kSample, "X-Pad: " + std::string(missing, 'p') + "\r\n");
}

// Of so many fields; two are Host and Content-Length.
std::string request_with_fields(std::size_t count) {
  std::string fields;
  for (std::size_t i = 2; i < count; ++i) fields += "X-" + std::to_string(i) + ": x\r\n";
  return post_request("/metrics", kSample, fields);
}

std::string request_with_target(std::size_t size) {
  const std::string begin = "/metrics?x=";
  return post_request(begin + std::string(size - begin.size(), 'x'), kSample);
}

RawResponse answer_to(const LimitBed& bed, const std::string& wire) {
  RawHttp client(bed.port());
  client.send(wire);
  return client.read();
}

// A refusal of the header ends the connection: what is behind it cannot be told from anything else.
void expect_refused_and_closed(const LimitBed& bed, const std::string& wire, int status, std::string_view id) {
  RawHttp client(bed.port());
  client.send(wire);
  expect_problem(client.read(), status, id);
  EXPECT_TRUE(client.is_closed());
}

LimitRow header_size() {
  return {
      .setting = "http.limits.header_size",
      .value = "1KiB",
      .others = {},
      .at = [](LimitBed& bed) { expect_accepted(answer_to(bed, request_with_header(1024))); },
      .past =
          [](LimitBed& bed) { expect_refused_and_closed(bed, request_with_header(1025), 431, "header-too-large"); }};
}

LimitRow header_fields() {
  return {
      .setting = "http.limits.header_fields",
      .value = "8",
      .others = {},
      .at = [](LimitBed& bed) { expect_accepted(answer_to(bed, request_with_fields(8))); },
      .past = [](LimitBed& bed) { expect_refused_and_closed(bed, request_with_fields(9), 431, "header-too-large"); }};
}

LimitRow target_size() {
  return {
      .setting = "http.limits.target_size",
      .value = "64",
      .others = {},
      .at = [](LimitBed& bed) { expect_accepted(answer_to(bed, request_with_target(64))); },
      .past = [](LimitBed& bed) { expect_refused_and_closed(bed, request_with_target(65), 414, "target-too-long"); }};
}

LimitRow body_size() {
  return {.setting = "http.limits.body_size",
          .value = "1KiB",
          .others = {},
          .at =
              [](LimitBed& bed) {
                expect_accepted(bed.post(padded(kSample, 1024)));
                expect_accepted(HeldRequest(bed.port()).finish(padded(kSample, 1024)));
              },
          .past =
              [](LimitBed& bed) {
                const std::string announced = "POST /metrics HTTP/1.1\r\nHost: t\r\nContent-Length: 1025\r\n\r\n";
                expect_refused_and_closed(bed, announced, 413, "body-too-large");
                HeldRequest chunked(bed.port());
                expect_problem(chunked.finish(padded(kSample, 1025)), 413, "body-too-large");
                EXPECT_TRUE(chunked.client().is_closed());
              }};
}

RawResponse post_gzip(const LimitBed& bed, std::string_view body) { return bed.post(body, kGzipField); }

LimitRow inflated_size() {
  return {.setting = "http.limits.inflated_size",
          .value = "2KiB",
          .others = {},
          .at = [](LimitBed& bed) { expect_accepted(post_gzip(bed, gzipped(padded(kSample, 2048)))); },
          .past =
              [](LimitBed& bed) {
                expect_problem(post_gzip(bed, gzipped(padded(kSample, 2049))), 413, "inflated-body-too-large");
              }};
}

LimitRow inflated_free() {
  return {.setting = "http.limits.inflated_free",
          .value = "2KiB",
          .others = {{"http.limits.inflated_ratio", "1"}},
          .at = [](LimitBed& bed) { expect_accepted(post_gzip(bed, gzipped(padded(kSample, 2048)))); },
          .past =
              [](LimitBed& bed) {
                expect_problem(post_gzip(bed, gzipped(padded(kSample, 2049))), 413, "inflated-body-too-large");
              }};
}

// A gzip body that inflates to exactly `ratio` times its own size, and `more` bytes, beyond inflated_free: blanks
// compress to next to nothing, noise not at all, so some mixture fits.
std::string body_inflating(std::size_t ratio, std::size_t more) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::mt19937 random(1);
  std::string noise;
  while (noise.size() < 5000) {
    noise += kLetters[random() % kLetters.size()];
    const std::string json = R"({"name":"m","value":1,"note":")" + noise + "\"}";
    std::size_t size = 2 * json.size();
    for (int round = 0; round < 8; ++round) {
      std::string body = gzipped(padded(json, size));
      const std::size_t wanted = ratio * body.size() + more;
      if (wanted == size && size > 1024) return body;
      if (wanted < json.size()) break;
      size = wanted;
    }
  }
  throw std::runtime_error("no such body was found");
}

LimitRow inflated_ratio() {
  return {
      .setting = "http.limits.inflated_ratio",
      .value = "12",
      .others = {{"http.limits.inflated_free", "1KiB"}},
      .at = [](LimitBed& bed) { expect_accepted(post_gzip(bed, body_inflating(12, 0))); },
      .past =
          [](LimitBed& bed) { expect_problem(post_gzip(bed, body_inflating(12, 1)), 413, "inflated-body-too-large"); }};
}

// One more connection, served once, so that it is certainly counted.
void hold_connection(LimitBed& bed) {
  bed.held.push_back(std::make_unique<RawHttp>(bed.port()));
  EXPECT_EQ(bed.held.back()->get("/-/healthy").status, 200);
}

void expect_turned_away(const LimitBed& bed, std::string_view id) {
  RawHttp late(bed.port());
  expect_problem(late.read(), 503, id);
  EXPECT_TRUE(late.is_closed());
}

LimitRow connections() {
  return {.setting = "http.limits.connections",
          .value = "4",
          .others = {},
          .at =
              [](LimitBed& bed) {
                for (int i = 0; i < 4; ++i) hold_connection(bed);
              },
          .past =
              [](LimitBed& bed) {
                expect_turned_away(bed, "too-many-connections");
                EXPECT_EQ(bed.held[0]->get("/-/healthy").status, 200) << "those that are in stay";
                bed.held.pop_back();
                EXPECT_TRUE(succeeds_once([&] { return bed.post(kSample).status == 202; })) << "room again";
              }};
}

LimitRow connections_per_address() {
  return {.setting = "http.limits.connections_per_address",
          .value = "2",
          .others = {},
          .at =
              [](LimitBed& bed) {
                for (int i = 0; i < 2; ++i) hold_connection(bed);
              },
          .past =
              [](LimitBed& bed) {
                expect_turned_away(bed, "too-many-connections-of-address");
                EXPECT_EQ(bed.held[0]->get("/-/healthy").status, 200) << "those that are in stay";
                bed.held.pop_back();
                EXPECT_TRUE(succeeds_once([&] { return bed.post(kSample).status == 202; })) << "room again";
                bed.settings.http.trusted_proxies = {"127.0.0.0/8"};
                bed.held.clear();
                bed.start();
                for (int i = 0; i < 4; ++i) hold_connection(bed);  // a balancer's connections are many clients'
              }};
}

}  // namespace

LimitRows http_limit_rows() {
  return {header_size(),    header_fields(), target_size(),
          body_size(),      inflated_size(), inflated_free(),
          inflated_ratio(), connections(),   connections_per_address()};
}

}  // namespace metricstream::ingestion::test
