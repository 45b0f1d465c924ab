#include "services/ingestion/request_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "common/base/clock.hpp"
#include "services/ingestion/accounts.hpp"
#include "services/ingestion/problem_types.hpp"

namespace metricstream::ingestion {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::size_t count_lines(std::string_view text, std::string_view start) {
  std::size_t count = 0;
  for (std::size_t at = 0; at != std::string_view::npos && at < text.size(); ++count) {
    at = text.find(start, at);
    if (at == std::string_view::npos) break;
    at = text.find('\n', at);
  }
  return count;
}

class RequestMetricsTest : public testing::Test {
 protected:
  void request(std::string_view method, std::string_view path, unsigned status, std::size_t bytes = 0) {
    http::RequestHead head;
    head.method = method;
    head.path = path;
    http::Response response;
    response.status = status;
    observed.on_request(head, response, bytes, 3ms);
  }
  [[nodiscard]] std::string exposed() const { return registry.expose(metrics::Format::text); }

  // What was refused, by 192.0.2.7, as request r-1.
  void refuse(http::Response response) {
    http::RequestHead head;
    head.method = "POST";
    head.path = "/metrics";
    head.remote_address = "192.0.2.7";
    head.request_id = "r-1";
    observed.on_request(head, response, 0, 3ms);
  }

  SystemClock clock;
  metrics::Registry registry;
  AccessLog log{{}, Logger::null(), clock};
  std::vector<std::string> lines;
  RefusalLog refusals{Logger({}, [this](std::string_view line) { lines.emplace_back(line); }, clock), clock};
  RequestMetrics observed{registry, log, refusals, known_paths()};
};

TEST_F(RequestMetricsTest, CountsByHandlerMethodAndCode) {
  for (int i = 0; i < 3; ++i) request("POST", "/metrics", 202, 100);
  request("POST", "/metrics", 429);
  request("HEAD", "/health", 200);
  const std::string text = exposed();
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_requests_total{code="202",handler="/metrics",method="POST"} 3)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_requests_total{code="429",handler="/metrics",method="POST"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_requests_total{code="200",handler="/health",method="HEAD"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_request_duration_seconds_count{handler="/metrics"} 4)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_request_size_bytes_count{handler="/metrics"} 3)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_request_size_bytes_sum{handler="/metrics"} 300)"));
}

TEST_F(RequestMetricsTest, TakesAllProblemsForOneHandler) {
  request("GET", "/problems/internal", 200);
  request("GET", "/problems/nothing", 404);
  request("GET", "/problems", 200);
  request("GET", "/problem", 404);
  const std::string text = exposed();
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_request_duration_seconds_count{handler="/problems/"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_request_duration_seconds_count{handler="/problems"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_request_duration_seconds_count{handler="other"} 1)"));
}

TEST_F(RequestMetricsTest, LabelsAreBoundedWhateverClientsSend) {
  std::mt19937 random(1);
  const auto word = [&random] {
    std::string out;
    for (int i = 0; i < 8; ++i) out += static_cast<char>('!' + random() % 94);
    return out;
  };
  request("BREW", "/" + word(), 404);
  request("POST", "/metrics", 202);
  const std::size_t before = count_lines(exposed(), "metricstream_http_");
  for (int i = 0; i < 5000; ++i) request(word(), "/" + word(), 404);
  const std::string text = exposed();
  EXPECT_EQ(count_lines(text, "metricstream_http_"), before);
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_requests_total{code="404",handler="other",method="other"} 5001)"));
}

TEST_F(RequestMetricsTest, AStatusOutOfRangeIsCountedAndBreaksNothing) {
  request("GET", "/metrics", 600);
  request("GET", "/metrics", 4'000'000'000U);
  EXPECT_EQ(count_lines(exposed(), "metricstream_http_requests_total{"), 1U);
}

TEST_F(RequestMetricsTest, ShowsHowLateThreadsAre) {
  observed.on_delay(3ms);
  observed.on_delay(30ms);
  const std::string text = exposed();
  EXPECT_THAT(text, HasSubstr("metricstream_http_thread_delay_seconds_bucket{le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("metricstream_http_thread_delay_seconds_bucket{le=\"0.05\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("metricstream_http_thread_delay_seconds_count 2\n"));
}

TEST_F(RequestMetricsTest, CountsFramingErrorsByTheirProblem) {
  refuse(http::problem(http::kAmbiguousLength, "x"));
  refuse(http::problem(http::kAmbiguousLength, "x"));
  refuse(http::problem(kMalformedBody, "not about framing"));
  const std::string text = exposed();
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_framing_errors_total{reason="ambiguous-length"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_http_framing_errors_total{reason="bad-host"} 0)"));
  EXPECT_THAT(text, Not(HasSubstr(R"(reason="malformed-body")")));
}

TEST_F(RequestMetricsTest, TellsOfWhatIsPastALimitWithTheClientOrElseTheAddress) {
  refuse(http::problem(http::kHeaderTooLarge, "the header has 70 fields, and 64 are the most"));
  http::Response known = http::body_too_large(1024, 2000);
  known.client = "alice";
  refuse(known);
  refuse(known);
  ASSERT_EQ(lines.size(), 2U) << "each client and limit once in a while";
  EXPECT_THAT(lines[0], HasSubstr("level=warn msg=refused reason=header-too-large client=192.0.2.7 "
                                  "detail=\"the header has 70 fields, and 64 are the most\" request_id=r-1 "));
  EXPECT_THAT(lines[1], HasSubstr("reason=body-too-large client=alice detail=\"the body has 2000 bytes, and 1024 are"));
}

TEST_F(RequestMetricsTest, EveryProblemThatIsALimitIsTold) {
  std::size_t limits = 0;
  for (const http::ProblemType* type : error_catalogue()) {
    if (type->is_limit) ++limits;
    refuse(http::problem(*type, "too much"));
    EXPECT_EQ(lines.size(), limits) << type->id;
  }
  // header, target, body, its time, inflated body, depth, members, samples, record
  EXPECT_EQ(limits, 9U);
}

TEST_F(RequestMetricsTest, TellsOfConnectionsThatWereTurnedAway) {
  observed.on_connection_refused(http::kTooManyConnections, "192.0.2.7", 10'000);
  observed.on_connection_refused(http::kTooManyConnections, "192.0.2.8", 10'000);
  ASSERT_EQ(lines.size(), 1U) << "it is nobody's fault";
  EXPECT_THAT(lines[0], HasSubstr("reason=too-many-connections client=\"\" detail=\"10000 connections of 10000 are "
                                  "open, one more came from 192.0.2.7\""));
  observed.on_connection_refused(http::kTooManyOfAddress, "192.0.2.7", 4);
  observed.on_connection_refused(http::kTooManyOfAddress, "192.0.2.8", 4);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[1], HasSubstr("reason=too-many-connections-of-address client=192.0.2.7 detail=\"4 connections of 4 "
                                  "are open of this address, one more came from 192.0.2.7\""));
}

class AccountsTest : public testing::Test {
 protected:
  [[nodiscard]] std::string exposed() const { return registry.expose(metrics::Format::text); }
  metrics::Registry registry;
  Accounts accounts{registry};
};

// received = accepted + rejected + refused + unconfirmed, whatever happens to the requests.
TEST_F(AccountsTest, BalanceForAnyOrderOfFates) {
  std::mt19937 random(11);
  for (int i = 0; i < 5000; ++i) {
    DecodeSummary summary;
    summary.accepted = random() % 20;
    summary.rejected = random() % 5;
    summary.received = summary.accepted + summary.rejected;
    summary.by_reason[static_cast<std::size_t>(Reason::too_old)] = summary.rejected;
    const auto why = static_cast<Refusal>(random() % kRefusalCount);
    switch (random() % 5) {
      case 0:
        accounts.accepted(summary);
        break;
      case 1:
        accounts.refused_whole(summary, why);
        break;
      case 2:
        accounts.refused(summary, why);
        break;
      case 3:
        accounts.unconfirmed(summary);
        break;
      default:
        accounts.refused_unread(why);
    }
    const Accounts::Totals at = accounts.totals();
    ASSERT_EQ(at.received, at.accepted + at.rejected + at.refused + at.unconfirmed);
  }
  EXPECT_GT(accounts.totals().unconfirmed, 0U);
}

TEST_F(AccountsTest, DiscardedSamplesSayWhetherTheyOrTheirRequestWereBad) {
  DecodeSummary summary;
  summary.received = 5;
  summary.accepted = 3;
  summary.rejected = 2;
  summary.by_reason[static_cast<std::size_t>(Reason::too_old)] = 2;
  accounts.refused(summary, Refusal::queue_full);
  const std::string text = exposed();
  EXPECT_THAT(text, HasSubstr(R"(metricstream_ingest_samples_received_total{protocol="native"} 5)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_ingest_samples_discarded_total{outcome="rejected",reason="too_old"} 2)"));
  EXPECT_THAT(text,
              HasSubstr(R"(metricstream_ingest_samples_discarded_total{outcome="refused",reason="queue_full"} 3)"));
}

TEST_F(AccountsTest, AuthFailuresAreANumberAndNothingElse) {
  accounts.refused_unread(Refusal::unauthorized);
  accounts.refused_unread(Refusal::bad_identity);
  const std::string text = exposed();
  EXPECT_THAT(text, HasSubstr("metricstream_auth_failures_total 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("metricstream_auth_failures_total{")));
}

TEST_F(AccountsTest, CountsEachLimitThatWasExceeded) {
  limits::Decision decision(10);
  decision.set_verdict(limits::Verdict::refused);
  decision.add({.policy = limits::Policy::samples, .is_violated = true, .limit = 5, .window = kMinute});
  decision.add({.policy = limits::Policy::host_samples, .is_violated = false, .limit = 50, .window = kMinute});
  accounts.over_rate_limit(decision);
  accounts.overloaded(limits::Bound::queue_records);
  const std::string text = exposed();
  EXPECT_THAT(text, HasSubstr(R"(metricstream_rate_limit_refusals_total{policy="requests"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_rate_limit_refusals_total{policy="samples"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_rate_limit_refusals_total{policy="host_samples"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_admission_refusals_total{bound="in_flight_bytes"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(metricstream_admission_refusals_total{bound="queue_records"} 1)"));
}

}  // namespace
}  // namespace metricstream::ingestion
