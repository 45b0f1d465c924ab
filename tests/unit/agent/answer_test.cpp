#include "services/agent/delivery/answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace metricstream::agent {
namespace {

TEST(Answer, EveryStatusHasItsVerdict) {
  for (unsigned status = 0; status < 1000; ++status) {
    Verdict expected = Verdict::retry;
    if (status >= 200 && status < 300) expected = Verdict::acknowledged;
    if (status >= 400 && status < 500) expected = Verdict::refused;
    if (status == 401) expected = Verdict::unauthorized;
    if (status == 408) expected = Verdict::retry;
    if (status == 429) expected = Verdict::slow_down;
    EXPECT_EQ(judge({.status = status}), expected) << status;
  }
}

TEST(Answer, OnlyWhatMayHaveReachedTheLogIsAmbiguous) {
  EXPECT_TRUE(is_ambiguous({.status = 0, .maybe_stored = true}));
  EXPECT_FALSE(is_ambiguous({.status = 0, .maybe_stored = false}));
  EXPECT_TRUE(is_ambiguous({.status = 503})) << "an acknowledgement that came too late is a 503, too";
  EXPECT_TRUE(is_ambiguous({.status = 504}));
  EXPECT_FALSE(is_ambiguous({.status = 429}));
  EXPECT_FALSE(is_ambiguous({.status = 401}));
}

TEST(Answer, RetryAfterIsWholeSecondsAndNothingElse) {
  EXPECT_EQ(parse_retry_after("0"), std::chrono::seconds{0});
  EXPECT_EQ(parse_retry_after("120"), std::chrono::seconds{120});
  EXPECT_EQ(parse_retry_after("99999999999999999999"), std::chrono::seconds{INT32_MAX});
  for (const char* none : {"", "-1", "1.5", " 1", "Wed, 21 Oct 2015 07:28:00 GMT"}) {
    EXPECT_FALSE(parse_retry_after(none)) << none;
  }
}

TEST(Answer, CountsAreReadFromTheOutermostObjectOnly) {
  const std::string answer =
      R"({"status":"rejected\":9","errors":[{"rejected":7,"x":{"rejected":8}}], "rejected" : 3,"accepted":97})";
  EXPECT_EQ(top_level_integer(answer, "rejected"), 3U);
  EXPECT_EQ(top_level_integer(answer, "accepted"), 97U);
  EXPECT_FALSE(top_level_integer(answer, "received"));
}

TEST(Answer, ABodyThatIsNoSuchJsonHasNoCounts) {
  for (const char* body : {"", "{", "rejected", "\"rejected\"", "\"rejected", R"({"rejected")", R"({"rejected":)",
                           R"({"rejected":-1})", R"({"rejected":"1"})", R"([{"rejected":1}])", R"({"a":"rejected"})",
                           R"({"rejected\)", "<html>rejected: 1</html>"}) {
    EXPECT_FALSE(top_level_integer(body, "rejected")) << body;
  }
}

}  // namespace
}  // namespace metricstream::agent
