#include "tests/integration/ingestion/limits_table.hpp"

// limits and time: what one batch and its samples may be.
namespace metricstream::ingestion::test {
namespace {

std::string sample_with(std::string_view name, const std::string& tags) {
  return R"({"name":")" + std::string(name) + R"(","value":1,"tags":{)" + tags + "}}";
}

std::string sample_at(TimeNs time) { return R"({"name":"m","value":1,"timestamp":)" + std::to_string(time) + "}"; }

// A batch of one sample that is refused for this reason.
void expect_rejected(const RawResponse& response, std::string_view reason) {
  expect_problem(response, 422, "no-valid-sample");
  EXPECT_TRUE(response.body.contains(R"("reason":")" + std::string(reason) + "\"")) << response.body;
}

// A limit of samples: the body at it, the body past it, and the reason that is told then.
LimitRow sample_limit(std::string setting, std::string value, std::string at, std::string past, std::string reason) {
  return {.setting = std::move(setting),
          .value = std::move(value),
          .others = {},
          .at = [at = std::move(at)](LimitBed& bed) { expect_accepted(bed.post(at)); },
          .past = [past = std::move(past),
                   reason = std::move(reason)](LimitBed& bed) { expect_rejected(bed.post(past), reason); }};
}

LimitRow samples() {
  return {.setting = "limits.samples",
          .value = "5",
          .others = {},
          .at =
              [](LimitBed& bed) {
                expect_accepted(bed.post(batch_of(5)));
                expect_accepted(bed.post(R"({"name":"m","fields":{"a":1,"b":2,"c":3,"d":4,"e":5}})"));
              },
          .past =
              [](LimitBed& bed) {
                expect_problem(bed.post(batch_of(6)), 413, "too-many-samples");
                const auto expanded = bed.post(R"({"name":"m","fields":{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}})");
                expect_problem(expanded, 413, "too-many-samples");
              }};
}

LimitRow depth() {
  return {.setting = "limits.depth",
          .value = "4",
          .others = {},
          .at = [](LimitBed& bed) { expect_accepted(bed.post(R"({"metrics":[{"name":"m","value":1,"x":{}}]})")); },
          .past =
              [](LimitBed& bed) {
                const auto response = bed.post(R"({"metrics":[{"name":"m","value":1,"x":{"y":[]}}]})");
                expect_problem(response, 400, "too-deep");
                EXPECT_EQ(json_number(response.body, "position"), 43) << response.body;
              }};
}

LimitRow max_age() {
  return {.setting = "time.max_age",
          .value = "10m",
          .others = {},
          // As old as may be, but for the time that the request takes.
          .at =
              [](LimitBed& bed) {
                expect_accepted(bed.post(sample_at(SystemClock().now() - 10 * kMinute + 30 * kSecond)));
              },
          .past =
              [](LimitBed& bed) {
                expect_rejected(bed.post(sample_at(SystemClock().now() - 10 * kMinute - 1)), "too_old");
              }};
}

LimitRow max_future() {
  const auto sent_ahead = [](LimitBed& bed, TimeNs ahead) {
    const auto response = bed.post(sample_at(SystemClock().now() + ahead));
    expect_accepted(response);
    return json_number(response.body, "adjusted");
  };
  return {.setting = "time.max_future",
          .value = "5m",
          .others = {},
          .at = [=](LimitBed& bed) { EXPECT_EQ(sent_ahead(bed, 5 * kMinute), 0); },
          .past =
              [=](LimitBed& bed) {
                EXPECT_EQ(sent_ahead(bed, 5 * kMinute + 30 * kSecond), 1) << "stored under the acceptance time";
                bed.set("time.future", "reject");
                bed.start();
                expect_rejected(bed.post(sample_at(SystemClock().now() + 5 * kMinute + 30 * kSecond)), "too_new");
              }};
}

}  // namespace

LimitRows sample_rows() {
  return {
      samples(),
      depth(),
      sample_limit("limits.name_size", "8", sample_with("m2345678", ""), sample_with("m23456789", ""), "name_too_long"),
      sample_limit("limits.tags", "2", sample_with("m", R"("a":"1","b":"2")"),
                   sample_with("m", R"("a":"1","b":"2","c":"3")"), "too_many_tags"),
      sample_limit("limits.tag_key_size", "4", sample_with("m", R"("abcd":"1")"), sample_with("m", R"("abcde":"1")"),
                   "tag_key_too_long"),
      sample_limit("limits.tag_value_size", "4", sample_with("m", R"("a":"1234")"), sample_with("m", R"("a":"12345")"),
                   "tag_value_too_long"),
      max_age(),
      max_future()};
}

}  // namespace metricstream::ingestion::test
