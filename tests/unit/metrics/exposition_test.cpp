#include "common/metrics/exposition.hpp"

#include <gtest/gtest.h>

namespace metricstream::metrics {
namespace {

Format for_public(std::string_view accept) { return negotiate(accept, Format::json); }
Format for_admin(std::string_view accept) { return negotiate(accept, Format::text); }

TEST(Negotiate, TheFallbackAnswersWhoeverDoesNotMind) {
  for (const char* accept : {"", "*/*", "text/html,*/*;q=0.8", "image/png", "application/*;q=0, */*"}) {
    EXPECT_EQ(for_admin(accept), Format::text) << accept;
  }
  for (const char* accept : {"", "*/*", "text/html, */*;q=0.8", "image/png"}) {
    EXPECT_EQ(for_public(accept), Format::json) << accept;
  }
}

TEST(Negotiate, ANamedTypeIsTaken) {
  EXPECT_EQ(for_public("text/plain"), Format::text);
  EXPECT_EQ(for_public("Text/Plain;version=0.0.4"), Format::text);
  EXPECT_EQ(for_public("text/*"), Format::text);
  EXPECT_EQ(for_public("application/openmetrics-text; version=1.0.0"), Format::openmetrics);
  EXPECT_EQ(for_admin("application/json"), Format::json);
  EXPECT_EQ(for_admin("application/json, */*"), Format::json);
}

TEST(Negotiate, QualityDecides) {
  EXPECT_EQ(for_public("text/plain;q=0.5, application/openmetrics-text;q=0.2"), Format::text);
  EXPECT_EQ(for_public("text/plain;q=0.2,application/openmetrics-text;q=0.5"), Format::openmetrics);
  EXPECT_EQ(for_public("text/plain, application/openmetrics-text"), Format::openmetrics);
  EXPECT_EQ(for_public("text/plain;q=0, */*"), Format::json);
  EXPECT_EQ(for_public("text/plain;q=0"), Format::json);
  EXPECT_EQ(for_public("text/plain;q=nonsense"), Format::json);
  EXPECT_EQ(for_admin("application/json;q=0.3, */*;q=0.5"), Format::text);
}

TEST(Negotiate, ReadsWhatPrometheusSends) {
  constexpr std::string_view v2 =
      "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
      "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
  EXPECT_EQ(for_public(v2), Format::openmetrics);
  EXPECT_EQ(for_admin(v2), Format::openmetrics);
}

TEST(Negotiate, SurvivesAnyText) {
  for (const char* accept : {",", ";", ",,;;,", "/", "*", "q=1", ";q=1", "text/plain;;q=", " , text/plain , "}) {
    EXPECT_NO_THROW((void)for_public(accept)) << accept;
  }
  EXPECT_EQ(for_public(" , text/plain , "), Format::text);
}

TEST(AcceptsGzip, ByNameOrByAnything) {
  for (const char* header : {"gzip", "GZIP", "x-gzip", "gzip;q=0.001", "br, gzip", "*", "deflate;q=1, *;q=0.5",
                             "identity;q=0, gzip", "gzip , br"}) {
    EXPECT_TRUE(accepts_gzip(header)) << header;
  }
  for (const char* header :
       {"", "identity", "br", "gzip;q=0", "gzip;q=0, *", "*;q=0", "gzipped", ";gzip", "br;gzip", "gzip;q=x"}) {
    EXPECT_FALSE(accepts_gzip(header)) << header;
  }
}

TEST(ContentType, NamesVersionAndCharset) {
  EXPECT_EQ(content_type(Format::text), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(content_type(Format::openmetrics), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(content_type(Format::json), "application/json");
}

}  // namespace
}  // namespace metricstream::metrics
