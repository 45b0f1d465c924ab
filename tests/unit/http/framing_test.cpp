#include "common/http/framing.hpp"

#include <gtest/gtest.h>

namespace metricstream::http {
namespace {

struct Case {
  std::string_view what;
  std::string_view method;
  unsigned version;
  std::vector<Field> fields;
  unsigned refused;  // status, 0: taken
  bool is_chunked = false;
  std::uint64_t length = 0;
};

TEST(Framing, TakesWhatHasOneMeaningAndRefusesTheRest) {
  const Field host{"Host", "x"};
  const std::vector<Case> cases{
      {"a GET without body", "GET", 11, {host}, 0},
      {"a POST without length", "POST", 11, {host}, 411},
      {"a POST whose encoding has another name", "POST", 11, {host, {"Transfer_Encoding", "chunked"}}, 411},
      {"a GET with a length", "GET", 11, {host, {"Content-Length", "5"}}, 0, false, 5},
      {"a length", "POST", 11, {host, {"Content-Length", "5"}}, 0, false, 5},
      {"field names in any case", "POST", 11, {{"HOST", "x"}, {"content-LENGTH", "5"}}, 0, false, 5},
      {"a length of 0", "POST", 11, {host, {"Content-Length", "0"}}, 0},
      {"exactly chunked", "POST", 11, {host, {"Transfer-Encoding", "chunked"}}, 0, true},
      {"chunked in capitals", "POST", 11, {host, {"Transfer-Encoding", "Chunked"}}, 0, true},
      {"100-continue", "POST", 11, {host, {"Expect", "100-continue"}, {"Content-Length", "1"}}, 0, false, 1},
      {"no Host", "GET", 11, {}, 400},
      {"two Hosts", "GET", 11, {host, host}, 400},
      {"length and encoding", "POST", 11, {host, {"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}, 400},
      {"two equal lengths", "POST", 11, {host, {"Content-Length", "5"}, {"Content-Length", "5"}}, 400},
      {"a list of lengths", "POST", 11, {host, {"Content-Length", "5, 5"}}, 400},
      {"a signed length", "POST", 11, {host, {"Content-Length", "+5"}}, 400},
      {"a negative length", "POST", 11, {host, {"Content-Length", "-5"}}, 400},
      {"a hexadecimal length", "POST", 11, {host, {"Content-Length", "0x5"}}, 400},
      {"an empty length", "POST", 11, {host, {"Content-Length", ""}}, 400},
      {"a length past 64 bits", "POST", 11, {host, {"Content-Length", "99999999999999999999"}}, 400},
      {"gzip as transfer encoding", "POST", 11, {host, {"Transfer-Encoding", "gzip"}}, 501},
      {"chunked, gzip", "POST", 11, {host, {"Transfer-Encoding", "chunked, gzip"}}, 501},
      {"gzip, chunked", "POST", 11, {host, {"Transfer-Encoding", "gzip, chunked"}}, 501},
      {"xchunked", "POST", 11, {host, {"Transfer-Encoding", "xchunked"}}, 501},
      {"identity", "POST", 11, {host, {"Transfer-Encoding", "identity"}}, 501},
      {"chunked twice", "POST", 11, {host, {"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}, 400},
      {"another expectation", "POST", 11, {host, {"Expect", "200-ok"}}, 417},
      {"an unknown expectation before a known one",
       "POST",
       11,
       {host, {"Expect", "x"}, {"Expect", "100-continue"}},
       417},
      {"a Host with a user", "GET", 11, {{"Host", "me@x"}}, 400},
      {"HTTP/1.0 with two Hosts", "GET", 10, {host, host}, 400},
      {"HTTP/1.0 with an empty Host", "GET", 10, {{"Host", ""}}, 400},
      {"HTTP/1.0 GET, also without Host", "GET", 10, {}, 0},
      {"HTTP/1.0 HEAD", "HEAD", 10, {}, 0},
      {"HTTP/1.0 GET with a length of 0", "GET", 10, {{"Content-Length", "0"}}, 0},
      {"HTTP/1.0 POST", "POST", 10, {host, {"Content-Length", "5"}}, 426},
      {"HTTP/1.0 GET with a body", "GET", 10, {{"Content-Length", "5"}}, 426},
      {"HTTP/1.0 chunked", "GET", 10, {{"Transfer-Encoding", "chunked"}}, 426},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    RequestHead head;
    head.method = c.method;
    head.version = c.version;
    for (const Field& field : c.fields) ASSERT_TRUE(head.add_field(field));
    const auto framing = decide_framing(head);
    ASSERT_EQ(framing.has_value(), c.refused == 0);
    if (framing) {
      EXPECT_EQ(framing->is_chunked, c.is_chunked);
      EXPECT_EQ(framing->content_length, c.length);
    } else {
      EXPECT_EQ(framing.error().status, c.refused);
      EXPECT_TRUE(framing.error().close) << "nothing behind a framing error may be read";
    }
  }
}

}  // namespace
}  // namespace metricstream::http
