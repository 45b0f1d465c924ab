// Content-Length and Transfer-Encoding, chunks and trailers, and what requests do to each other on one connection.
#include "tests/support/framing_wire.hpp"

namespace metricstream::test {

using namespace std::string_literals;
using wire::ambiguous;
using wire::bad_chunk;
using wire::bad_host;
using wire::bad_length;
using wire::chunked;
using wire::malformed;
using wire::open;
using wire::post;
using wire::refused;
using wire::sized;

namespace {

const std::string kBodiless = "Content-Length: 0\r\n";
const std::string kHello = "5\r\nhello\r\n0\r\n\r\n";

std::string length(const std::string& value, const std::string& body = "hello") {
  return post("Content-Length: " + value + "\r\n", body);
}
std::string encoding(const std::string& value) { return post("Transfer-Encoding: " + value + "\r\n", kHello); }
std::string size(const std::string& digits) { return chunked(digits + "\r\nhello\r\n0\r\n\r\n"); }
std::string trailer(const std::string& lines) { return chunked("5\r\nhello\r\n0\r\n" + lines + "\r\n"); }

std::string times(std::size_t count, const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

std::vector<FramingCase> length_cases() {
  std::vector<FramingCase> cases{
      open("a length", length("5"), {"200 hello"}),
      open("a length of 0", length("0", ""), {"200 "}),
      open("a length with zeros in front", length("0005"), {"200 hello"}),
      open("a length with blanks around", length("  5\t"), {"200 hello"}),
      refused("a length past the limit", length("999999999999999999"), "413 body-too-large"),
      ambiguous("two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")),
      ambiguous("two different lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")),
      ambiguous("two lengths in different case", post("Content-Length: 5\r\ncontent-length: 0\r\n", "hello")),
      ambiguous("a length, and one that is none", post("Content-Length: 5\r\nContent-Length: five\r\n", "hello")),
      {"bytes behind a body are the next request",
       sized("hel") + "@@",
       {"200 hel", "400 malformed-header"},
       After::closed},
      refused("a body without length", post("", "hello"), "411 length-required"),
      refused("a length by another name", post("Content_Length: 5\r\n", "hello"), "411 length-required"),
      refused("an encoding by another name", post("Transfer_Encoding: chunked\r\n", kHello), "411 length-required"),
      {"half a body", length("6"), {}, After::waits},
      open("an underscore makes another field", post("Content_Length: 9\r\nContent-Length: 5\r\n", "hello"),
           {"200 hello"}),
  };
  for (const char* value :
       {"+5", "-5", "-0", "0x5", "5 5", "5,5", "5, 5", "5, 6", "5;", "5.0", "5e0", "", "\"5\"", "five", "\xd9\xa5",
        "5\xa0", "9223372036854775808", "18446744073709551621", "99999999999999999999999999999999999999"}) {
    cases.push_back(bad_length("a length that is not of digits: '"s + value + "'", length(value)));
  }
  return cases;
}

std::vector<FramingCase> encoding_cases() {
  std::vector<FramingCase> cases{
      ambiguous("CL.TE", post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nG")),
      ambiguous("TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "5c\r\nG\r\n0\r\n\r\n")),
      ambiguous("TE.CL with a length that is none",
                post("Transfer-Encoding: chunked\r\nContent-Length: five\r\n", kHello)),
      ambiguous("a length of 0 and chunked", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", kHello)),
      ambiguous("xchunked and a length", post("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n", "hello")),
      ambiguous("gzip and a length", post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n", "hello")),
      ambiguous("chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", kHello)),
      ambiguous("chunked, then identity",
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", kHello)),
      ambiguous("x, then chunked", post("Transfer-Encoding: x\r\ntransfer-encoding: chunked\r\n", kHello)),
      malformed("a blank before the colon", post("Transfer-Encoding : chunked\r\n", kHello)),
      malformed("a tab before the colon", post("Transfer-Encoding\t: chunked\r\n", kHello)),
      malformed("a vertical tab before the colon", post("Transfer-Encoding\v: chunked\r\n", kHello)),
      malformed("a vertical tab before the value", encoding("\vchunked")),
      malformed("a vertical tab behind the value", encoding("chunked\v")),
      malformed("NUL behind the value", encoding("chunked\0"s)),
      malformed("a continued value", post("Transfer-Encoding:\r\n chunked\r\n", kHello)),
      malformed("a bare line feed before the field", post("X: y\nTransfer-Encoding: chunked\r\n", kHello)),
      malformed("a bare carriage return before the field", post("X: y\rTransfer-Encoding: chunked\r\n", kHello)),
      malformed("a blank before the field", post("A: b\r\n Transfer-Encoding: chunked\r\n", kHello)),
      open("an underscore makes another field", post("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", "hello"),
           {"200 hello"}),
      open("TE is another field", post("TE: chunked\r\nContent-Length: 5\r\n", "hello"), {"200 hello"}),
  };
  for (const char* value : {"chunked", "Chunked", "CHUNKED", " chunked", "\tchunked", "chunked\t", "chunked  "}) {
    cases.push_back(
        open("chunked, blanks around and case do not matter: '"s + value + "'", encoding(value), {"200 hello"}));
  }
  for (const char* value : {"", "xchunked", "chunkedx", "x chunked", "chunked x", "gzip", "identity", "chunked, gzip",
                            "gzip, chunked", "chunked, identity", "identity, chunked", "chunked, chunked", ", chunked",
                            "chunked,", "\"chunked\"", "'chunked'", "chunked;q=1", "chunk", "c\xc4\xa7unked"}) {
    cases.push_back(
        refused("an encoding other than chunked: '"s + value + "'", encoding(value), "501 unknown-transfer-encoding"));
  }
  return cases;
}

std::vector<FramingCase> chunk_cases() {
  std::vector<FramingCase> cases{
      open("chunks", chunked("5\r\nhello\r\nA\r\n0123456789\r\n1\r\n!\r\n0\r\n\r\n"), {"200 hello0123456789!"}),
      open("no data", chunked("0\r\n\r\n"), {"200 "}),
      open("15 digits", size("000000000000005"), {"200 hello"}),
      refused("a chunk past the limit", size("fffffffffffffff"), "413 body-too-large"),
      open("an extension", size("5;a=\"b\""), {"200 hello"}),
      open("an extension of the last chunk", chunked("0;a\r\n\r\n"), {"200 "}),
      open("an extension of 256 bytes", size("5;" + std::string(256, 'a')), {"200 hello"}),
      bad_chunk("an extension of 257 bytes", size("5;" + std::string(257, 'a'))),
      bad_chunk("an extension of 200 KB", size("5;" + std::string(200'000, 'a'))),
      bad_chunk("data that ends with a line feed", chunked("5\r\nhello\n0\r\n\r\n")),
      bad_chunk("data longer than said", chunked("5\r\nhello!\r\n0\r\n\r\n")),
      bad_chunk("data shorter than said", chunked("6\r\nhello\r\n0\r\n\r\n")),
      bad_chunk("no line end behind the last size", chunked("0")),
      bad_chunk("no empty line at the end", chunked("0\r\n")),
      bad_chunk("half a line end at the end", chunked("0\r\n\r")),
      bad_chunk("line feeds at the end", chunked("0\n\n")),
      bad_chunk("one byte a chunk", chunked(times(400, "1\r\na\r\n") + "0\r\n\r\n")),
      {"half a chunk", chunked("5\r\nhel"), {}, After::waits},
      {"half an end", chunked("5\r\nhello\r\n0\r\n\r"), {}, After::waits},
      open("a trailer is dropped", trailer("X-Checksum: 1\r\n"), {"200 hello"}),
      open("also one that would matter",
           trailer("Authorization: Bearer x\r\nX-Forwarded-For: 10.0.0.1\r\nX-Refuse: 1\r\nContent-Length: 99\r\n"
                   "Transfer-Encoding: gzip\r\nConnection: close\r\n"),
           {"200 hello"}),
      open("64 trailer fields", trailer(times(64, "A: b\r\n")), {"200 hello"}),
      bad_chunk("65 trailer fields", trailer(times(65, "A: b\r\n"))),
      bad_chunk("20,000 trailer fields", trailer(times(20'000, "A: bcde\r\n"))),
      open("4 KiB of trailer", trailer("A: " + std::string(4091, 'b') + "\r\n"), {"200 hello"}),
      bad_chunk("4 KiB and a byte of trailer", trailer("A: " + std::string(4092, 'b') + "\r\n")),
      bad_chunk("a trailer line without colon", trailer("A b\r\n")),
      bad_chunk("a continued trailer field", trailer("A: b\r\n c\r\n")),
      bad_chunk("a blank before a trailer's colon", trailer("A : b\r\n")),
      bad_chunk("an empty trailer name", trailer(": b\r\n")),
      bad_chunk("a bare line feed in a trailer", trailer("A: b\nC: d\r\n")),
      bad_chunk("a bare carriage return in a trailer", trailer("A: b\rc\r\n")),
      bad_chunk("NUL in a trailer", trailer("A: \0\r\n"s)),
  };
  for (const char* digits : {"",
                             "g",
                             "5g",
                             "0x5",
                             "+5",
                             "-5",
                             " 5",
                             "5 ",
                             "5\t",
                             "\t5",
                             "5 ;a",
                             "5,",
                             "5\r",
                             "5\n",
                             "5;a\nb",
                             "5;a\rb",
                             "5;\x01",
                             "0000000000000005",
                             "10000000000000005",
                             "fffffffffffffffff",
                             "\xd9\xa5"}) {
    cases.push_back(bad_chunk("a chunk size that is none: '"s + digits + "'", size(digits)));
  }
  return cases;
}

std::vector<FramingCase> session_cases() {
  const std::string hello = "200 hello 127.0.0.1";
  const std::string get = "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n";
  const std::string keep = "Connection: keep-alive\r\n";
  return {
      {"HTTP/1.0 GET", "GET /hello HTTP/1.0\r\n\r\n", {hello}, After::closed},
      open("HTTP/1.0 GET that keeps the connection", "GET /hello HTTP/1.0\r\n" + keep + "\r\n", {hello}),
      open("HTTP/1.0 GET with a length of 0", "GET /hello HTTP/1.0\r\nContent-Length: 0\r\n" + keep + "\r\n", {hello}),
      bad_host("HTTP/1.0 with two Hosts", "GET /hello HTTP/1.0\r\nHost: t\r\nHost: u\r\n\r\n"),
      bad_host("HTTP/1.0 with a bad Host", "GET /hello HTTP/1.0\r\nHost: me@t\r\n\r\n"),
      refused("HTTP/1.0 POST", "POST /echo HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", "426 http-1.1-required"),
      refused("HTTP/1.0 chunked", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + kHello,
              "426 http-1.1-required"),
      refused("HTTP/1.0 GET with a body", "GET /hello HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
              "426 http-1.1-required"),
      refused("HTTP/1.0 GET chunked", "GET /hello HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + kHello,
              "426 http-1.1-required"),
      refused("HTTP/1.0 DELETE", "DELETE /hello HTTP/1.0\r\n\r\n", "426 http-1.1-required"),
      open("100-continue", post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"), {"200 hello"}),
      open("100-Continue", post("Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", kHello), {"200 hello"}),
      refused("100-continue without length", post("Expect: 100-continue\r\n"), "411 length-required"),
      refused("another expectation", post("Expect: 200-ok\r\nContent-Length: 5\r\n", "hello"),
              "417 unknown-expectation"),
      refused("two expectations", post("Expect: 100-continue, x\r\nContent-Length: 5\r\n", "hello"),
              "417 unknown-expectation"),
      refused("two Expect fields", post("Expect: x\r\nExpect: 100-continue\r\n"), "417 unknown-expectation"),
      refused("an empty expectation", post("Expect:\r\n"), "417 unknown-expectation"),
      {"close", post("Connection: close\r\nContent-Length: 5\r\n", "hello"), {"200 hello"}, After::closed},
      {"close in a list", post("Connection: x, Close\r\n" + kBodiless), {"200 "}, After::closed},
      {"close in the second field", post(keep + "Connection: close\r\n" + kBodiless), {"200 "}, After::closed},
      {"bytes behind close", post("Connection: close\r\n" + kBodiless, "\x16\x03\x01"), {"200 "}, After::closed},
      open("an upgrade to HTTP/2 is not taken",
           post("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAA\r\n" +
                kBodiless),
           {"200 "}),
      open("an upgrade to WebSocket is not taken", post("Connection: Upgrade\r\nUpgrade: websocket\r\n" + kBodiless),
           {"200 "}),
      open("pipelined",
           sized("hello") + chunked("1\r\na\r\n0\r\nT: u\r\n\r\n") + get + sized("") + chunked("0\r\n\r\n"),
           {"200 hello", "200 a", hello, "200 ", "200 "}),
      open("a wrong path between", sized("hello") + "GET /nothing HTTP/1.1\r\nHost: t\r\n\r\n" + sized("again"),
           {"200 hello", "404 unknown-path", "200 again"}),
      {"a framing error between",
       sized("hello") + chunked("z\r\n"),
       {"200 hello", "400 malformed-chunk"},
       After::closed},
      {"an ambiguous request between",
       get + post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", kHello) + get,
       {hello, "400 ambiguous-length"},
       After::closed},
      {"half a request behind a whole one", sized("hello") + "GET /he", {"200 hello"}, After::waits},
  };
}

std::vector<FramingCase> framing_cases() {
  std::vector<FramingCase> all;
  for (const auto group : {line_cases, host_cases, length_cases, encoding_cases, chunk_cases, session_cases}) {
    for (FramingCase& row : group()) all.push_back(std::move(row));
  }
  return all;
}

std::string smuggled_request() { return sized("smuggled"); }

}  // namespace metricstream::test
