#include "common/influx/endpoint.hpp"

#include <gtest/gtest.h>

namespace metricstream::influx {
namespace {

TEST(Endpoint, TargetsNameDatabaseAndPolicyOrOrganisationAndBucket) {
  Endpoint endpoint;
  endpoint.database = "my metrics";
  EXPECT_EQ(write_target(endpoint, "1m"), "/write?db=my%20metrics&rp=1m&precision=ns");
  endpoint.version = Version::v2;
  endpoint.org = "a&b";
  EXPECT_EQ(write_target(endpoint, "1m"), "/api/v2/write?org=a%26b&bucket=metrics%2F1m&precision=ns");
  EXPECT_EQ(query_target(endpoint, "1m", "SHOW DATABASES"), "/query?db=metrics&rp=1m&epoch=ns&q=SHOW%20DATABASES");
}

TEST(Endpoint, CredentialsAreBasicForVersion1AndTokenForVersion2) {
  Endpoint endpoint;
  EXPECT_EQ(authorization(endpoint), "");
  endpoint.user = "Aladdin";
  endpoint.password = Secret{"open sesame"};
  EXPECT_EQ(authorization(endpoint), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617's example
  endpoint.version = Version::v2;
  EXPECT_EQ(authorization(endpoint), "");
  endpoint.token = Secret{"t0ken"};
  EXPECT_EQ(authorization(endpoint), "Token t0ken");
}

TEST(Endpoint, PercentEncodingLeavesOnlyUnreservedBytes) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string encoded = percent_encoded(std::string(1, static_cast<char>(byte)));
    if (encoded.size() == 1) {
      EXPECT_TRUE(std::isalnum(byte) != 0 || std::string_view{"-._~"}.contains(static_cast<char>(byte))) << byte;
    } else {
      ASSERT_EQ(encoded.size(), 3U);
      EXPECT_EQ(std::stoi(encoded.substr(1), nullptr, 16), byte);
    }
  }
}

TEST(Endpoint, QuotingKeepsQuotesBackslashesAndNewlinesInside) {
  EXPECT_EQ(quoted_identifier(R"(a"b\c)"), R"("a\"b\\c")");
  EXPECT_EQ(quoted_string("it's\n"), R"('it\'s\n')");
}

}  // namespace
}  // namespace metricstream::influx
