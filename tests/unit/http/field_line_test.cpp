#include "common/http/field_line.hpp"

#include <gtest/gtest.h>

#include <string>

#include "common/http/authority.hpp"

namespace metricstream::http {
namespace {

using namespace std::string_literals;

TEST(FieldLine, IsATokenAColonAndAValue) {
  for (const std::string& line : {"A:"s, "A: b"s, "a-b_c.d~1: x"s, "A: \t b \xff"s, "A::"s}) {
    EXPECT_TRUE(is_field_line(line)) << line;
  }
  for (const std::string& line :
       {""s, ":"s, ": b"s, "A"s, "A : b"s, " A: b"s, "A\t: b"s, "A(: b"s, "A: \0"s, "A: \r"s, "A: \n"s, "A: \x7f"s}) {
    EXPECT_FALSE(is_field_line(line)) << line;
  }
}

TEST(FieldLine, HasEveryByteInItsPlace) {
  const std::string token = "!#$%&'*+-.^_`|~";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_alphanumeric = byte < 128 && std::isalnum(byte) != 0;
    EXPECT_EQ(is_token_char(c), is_alphanumeric || (byte != 0 && token.contains(c))) << byte;
    EXPECT_EQ(is_value_char(c), byte == '\t' || (byte >= 0x20 && byte != 0x7f)) << byte;
  }
}

TEST(RequestLine, HasThreePartsWithOneBlankBetween) {
  EXPECT_TRUE(is_request_line("GET / HTTP/1.1"));
  EXPECT_TRUE(is_request_line("M-SEARCH * HTTP/9.9"));
  for (const std::string& line :
       {""s, "GET"s, "GET /"s, "GET / "s, "GET  HTTP/1.1"s, " GET / HTTP/1.1"s, "GET /  HTTP/1.1"s, "GET / HTTP/1.1 "s,
        "GET /# HTTP/1.1"s, "GET /\x80 HTTP/1.1"s, "GET / HTTP/11"s, "GET / http/1.1"s, "G(T / HTTP/1.1"s}) {
    EXPECT_FALSE(is_request_line(line)) << line;
  }
}

TEST(Authority, IsAHostAndPerhapsAPort) {
  for (const char* text : {"t", "a-b.c_d~1", "T:0", "t:65535", "127.0.0.1:80", "[::1]", "[::ffff:1.2.3.4]:80"}) {
    EXPECT_TRUE(is_authority(text)) << text;
  }
  for (const char* text : {"",     ":80", "t:",    "t:65536", "t:-1",    "t:8x", "a@t",     "a b",   "a,b", "a/b",
                           "[::1", "[]",  "[]:80", "[x]",     "[::1]80", "::1",  "t:80:80", "t\x80", "t?",  "*"}) {
    EXPECT_FALSE(is_authority(text)) << text;
  }
  EXPECT_TRUE(is_authority(std::string(255, 'a')));
  EXPECT_FALSE(is_authority(std::string(256, 'a')));
}

TEST(Authority, IsTheSameWithoutCaseAndWithTheDefaultPort) {
  EXPECT_TRUE(same_authority("Example", "eXample:80", ":80"));
  EXPECT_TRUE(same_authority("t:443", "t", ":443"));
  EXPECT_FALSE(same_authority("t:81", "t", ":80"));
  EXPECT_FALSE(same_authority("t", "u", ":80"));
}

}  // namespace
}  // namespace metricstream::http
