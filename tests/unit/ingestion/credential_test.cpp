#include "services/ingestion/credential.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace metricstream::ingestion {
namespace {

Credential credential(std::initializer_list<http::Field> fields) {
  http::RequestHead head;
  for (const http::Field& field : fields) EXPECT_TRUE(head.add_field(field));
  return credential_of(head);
}

std::string key_of(std::initializer_list<http::Field> fields) { return credential(fields).key; }

TEST(Credential, IsTheValueOfBearerOrToken) {
  EXPECT_EQ(key_of({{"Authorization", "Bearer ms_a_b"}}), "ms_a_b");
  EXPECT_EQ(key_of({{"authorization", "bearer ms_a_b"}}), "ms_a_b");
  EXPECT_EQ(key_of({{"AUTHORIZATION", "BEARER   ms_a_b"}}), "ms_a_b");
  EXPECT_EQ(key_of({{"Authorization", "Token ms_a_b"}}), "ms_a_b") << "as InfluxDB's clients send it";
  EXPECT_EQ(key_of({{"Authorization", "tOKEN ms_a_b"}}), "ms_a_b");
}

TEST(Credential, IsThePasswordOfBasic) {
  EXPECT_EQ(key_of({{"Authorization", "Basic dXNlcjptc19hX2I="}}), "ms_a_b") << "user:ms_a_b";
  EXPECT_EQ(key_of({{"Authorization", "basic  Om1zX2FfYg=="}}), "ms_a_b") << ":ms_a_b";
  EXPECT_EQ(key_of({{"Authorization", "Basic dTphOmI="}}), "a:b") << "u:a:b, a password may hold a colon";
}

TEST(Credential, IsTheValueOfItsOwnField) {
  EXPECT_EQ(key_of({{"X-API-Key", "ms_a_b"}}), "ms_a_b");
  EXPECT_EQ(key_of({{"x-api-key", "ms_a_b"}, {"X-Client-Id", "web"}}), "ms_a_b");
}

TEST(Credential, NothingIsPresentedWithoutAFieldOrWithAnotherScheme) {
  EXPECT_EQ(key_of({}), "");
  EXPECT_EQ(key_of({{"X-Client-Id", "web"}, {"Cookie", "ms_a_b"}, {"Proxy-Authorization", "Bearer ms_a_b"}}), "");
  for (const char* value :
       {"", "Bearer", "Bearer ", "ms_a_b", "Digest ms_a_b", "Bearerms_a_b", "Bearer\tms_a_b", "Bearer: ms_a_b",
        " Bearer ms_a_b", "Basic", "Basic ", "Basic !!!!", "Basic bXNfYV9i", "Basic dXNlcjptc19hX2I",
        "Basic dXNlcjptc19hX2I= ", "Basic dXNlcjptc19hX2J=", "Basic dXNlcjo="}) {
    EXPECT_EQ(key_of({{"Authorization", value}}), "") << value;
  }
  EXPECT_EQ(key_of({{"X-API-Key", ""}}), "");
}

TEST(Credential, MoreThanOneFieldPresentsNothing) {
  EXPECT_EQ(key_of({{"Authorization", "Bearer a"}, {"Authorization", "Bearer a"}}), "");
  EXPECT_EQ(key_of({{"X-API-Key", "a"}, {"x-api-key", "a"}}), "");
  EXPECT_EQ(key_of({{"Authorization", "Bearer a"}, {"X-API-Key", "a"}}), "");
  EXPECT_EQ(key_of({{"X-API-Key", ""}, {"Authorization", "Bearer a"}}), "") << "an empty one is one";
}

TEST(Credential, CountsTheFieldsThatCouldHoldAKey) {
  EXPECT_EQ(credential({{"X-Client-Id", "web"}}).count, 0U);
  EXPECT_EQ(credential({{"Authorization", ""}}).count, 1U);
  EXPECT_EQ(credential({{"authorization", "Digest x"}}).count, 1U);
  EXPECT_EQ(credential({{"X-API-Key", "a"}, {"Authorization", "Bearer a"}, {"x-api-key", "a"}}).count, 3U);
}

TEST(Credential, IsTakenAsItWasSent) {
  EXPECT_EQ(key_of({{"Authorization", "Bearer a b"}}), "a b");
  const std::string bytes("\x00\xff", 2);
  EXPECT_EQ(key_of({{"X-API-Key", bytes}}), bytes);
  EXPECT_EQ(key_of({{"X-API-Key", std::string(8000, 'a')}}).size(), 8000U);
}

}  // namespace
}  // namespace metricstream::ingestion
