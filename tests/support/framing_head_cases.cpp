// Lines, request lines, fields, Host and targets.
#include "tests/support/framing_wire.hpp"

namespace metricstream::test {

using namespace std::string_literals;
using wire::bad_host;
using wire::bad_target;
using wire::malformed;
using wire::open;
using wire::refused;
using wire::sized;

namespace {

const std::string kBodiless = "Content-Length: 0\r\n";

std::string post(const std::string& fields) { return wire::post(fields + kBodiless); }
std::string line(const std::string& request_line) { return request_line + "\r\nHost: t\r\n" + kBodiless + "\r\n"; }
std::string host(const std::string& fields) { return "GET /hello HTTP/1.1\r\n" + fields + "\r\n"; }
std::string target(const std::string& text) { return line("POST " + text + " HTTP/1.1"); }

std::string of_fields(std::size_t count) {
  std::string fields;
  for (std::size_t i = 2; i < count; ++i) fields += "F" + std::to_string(i) + ": v\r\n";
  return post(fields);
}

std::string of_size(std::size_t size) {
  const std::string rest = post("A: \r\n");
  return post("A: " + std::string(size - rest.size(), 'a') + "\r\n");
}

}  // namespace

std::vector<FramingCase> line_cases() {
  return {
      open("an empty line before the request", "\r\n" + sized("hello"), {"200 hello"}),
      open("an empty line behind a body", sized("hello") + "\r\n" + sized("again"), {"200 hello", "200 again"}),
      malformed("two empty lines before the request", "\r\n\r\n" + sized("hello")),
      malformed("a line feed before the request", "\n" + sized("hello")),
      malformed("line feeds only", "POST /echo HTTP/1.1\nHost: t\n\n"),
      malformed("one bare line feed", "POST /echo HTTP/1.1\r\nHost: t\nA: b\r\n\r\n"),
      malformed("a bare line feed at the header's end", "POST /echo HTTP/1.1\r\nHost: t\r\n\n"),
      malformed("a bare carriage return in a value", post("A: b\rc\r\n")),
      malformed("a bare carriage return before a line end", post("A: b\r\r\n")),
      malformed("a carriage return before a field", post("\rA: b\r\n")),
      malformed("NUL in a value", post("A: b\0c\r\n"s)),
      malformed("NUL in a name", post("A\0: b\r\n"s)),
      malformed("NUL in the target", target("/ec\0ho"s)),
      malformed("an escape in a value", post("A: \x1b[2J\r\n")),
      malformed("DEL in a value", post("A: \x7f\r\n")),
      malformed("a field continued behind a blank", post("A: b\r\n c\r\n")),
      malformed("a field continued behind a tab", post("A: b\r\n\tc\r\n")),
      malformed("the first field line continued", "POST /echo HTTP/1.1\r\n Host: t\r\n\r\n"),
      malformed("a blank before the colon", post("A : b\r\n")),
      malformed("a line without colon", post("A b\r\n")),
      malformed("an empty name", post(": b\r\n")),
      malformed("a name of two words", post("A B: c\r\n")),
      malformed("a name that is no token", post("A@B: c\r\n")),
      malformed("a name with a byte past ASCII", post("Content-Length\xff: 5\r\n")),
      open("an empty value", post("A:\r\n"), {"200 "}),
      open("bytes past ASCII in a value", post("A: caf\xc3\xa9 \xff\r\n"), {"200 "}),
      open("a tab in a value", post("A: b\tc\r\n"), {"200 "}),
      open("a long method name that nobody knows", line(std::string(200, 'A') + " /echo HTTP/1.1"),
           {"405 method-not-allowed"}),
      open("a method in small letters", line("post /echo HTTP/1.1"), {"405 method-not-allowed"}),
      open("TRACE", line("TRACE /echo HTTP/1.1"), {"405 method-not-allowed"}),
      bad_target("CONNECT", line("CONNECT t:80 HTTP/1.1")),
      malformed("a method that is no token", line("PO(ST /echo HTTP/1.1")),
      malformed("no method", line("/echo HTTP/1.1")),
      malformed("a blank before the method", line(" POST /echo HTTP/1.1")),
      malformed("two blanks behind the method", line("POST  /echo HTTP/1.1")),
      malformed("two blanks before the version", line("POST /echo  HTTP/1.1")),
      malformed("a blank behind the version", line("POST /echo HTTP/1.1 ")),
      malformed("a tab for a blank", line("POST\t/echo HTTP/1.1")),
      malformed("a target with a blank", target("/ec ho")),
      malformed("HTTP/0.9", "GET /hello\r\n\r\n"),
      malformed("a version in small letters", line("POST /echo http/1.1")),
      malformed("another protocol", line("POST /echo ICY/1.1")),
      malformed("a version with a comma", line("POST /echo HTTP/1,1")),
      malformed("a version of two digits", line("POST /echo HTTP/1.10")),
      malformed("a version with something behind", line("POST /echo HTTP/1.1x")),
      refused("HTTP/0.9 in words", line("POST /echo HTTP/0.9"), "505 http-version"),
      refused("HTTP/1.2", line("POST /echo HTTP/1.2"), "505 http-version"),
      refused("HTTP/2.0", line("POST /echo HTTP/2.0"), "505 http-version"),
      refused("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 http-version"),
      open("64 fields", of_fields(64), {"200 "}),
      refused("65 fields", of_fields(65), "431 header-too-large"),
      open("a header of 8 KiB", of_size(8192), {"200 "}),
      refused("a header of 8 KiB and a byte", of_size(8193), "431 header-too-large"),
      refused("a header without end", "GET /hello HTTP/1.1\r\nHost: t\r\nA: " + std::string(9000, 'a'),
              "431 header-too-large"),
      malformed("a bare line feed in a header that is too large as well",
                "GET /hello HTTP/1.1\nHost: t\r\nA: " + std::string(9000, 'a') + "\r\n\r\n"),
      {"half a header", "GET /hello HTTP/1.1\r\nHost: t\r\n", {}, After::waits},
      {"half a line end", "GET /hello HTTP/1.1\r\nHost: t\r\n\r", {}, After::waits},
  };
}

std::vector<FramingCase> host_cases() {
  const std::string hello = "200 hello 127.0.0.1";
  return {
      open("a host with a port", host("Host: t:8080\r\n"), {hello}),
      open("an IPv6 address with a port", host("Host: [::1]:8080\r\n"), {hello}),
      bad_host("no Host", host("A: b\r\n")),
      bad_host("two Hosts", host("Host: t\r\nHost: u\r\n")),
      bad_host("the same Host twice", host("Host: t\r\nhost: t\r\n")),
      bad_host("an empty Host", host("Host:\r\n")),
      bad_host("a Host of two words", host("Host: t u\r\n")),
      bad_host("a list of Hosts", host("Host: t, u\r\n")),
      bad_host("a Host with a path", host("Host: t/u\r\n")),
      bad_host("a Host with a user", host("Host: me@t\r\n")),
      bad_host("a Host with user and password", host("Host: me:secret@t\r\n")),
      bad_host("a Host with a word as port", host("Host: t:http\r\n")),
      bad_host("a Host with a port too large", host("Host: t:65536\r\n")),
      bad_host("a Host with half a bracket", host("Host: [::1\r\n")),
      bad_host("a Host with a name in brackets", host("Host: [name]\r\n")),
      bad_host("a Host with a quotation mark", host("Host: \"t\"\r\n")),
      open("the absolute form", target("http://t/echo"), {"200 "}),
      open("the absolute form in capitals, with the scheme's port", target("HTTP://T:80/echo"), {"200 "}),
      open("the absolute form under TLS", target("https://t:443/echo"), {"200 "}),
      bad_target("the absolute form with another host", target("http://u/echo")),
      bad_target("the absolute form with another port", target("http://t:81/echo")),
      bad_target("the absolute form with a user", target("http://me@t/echo")),
      bad_target("the absolute form without host", target("http:///echo")),
      bad_target("the absolute form without path", target("http://t")),
      bad_target("a query right behind the host", target("http://t?a=/echo")),
      bad_target("a scheme that is not ours", target("ftp://t/echo")),
      bad_host("an absolute form without Host", "POST http://t/echo HTTP/1.1\r\n\r\n"),
      bad_target("a target without slash", target("echo")),
      bad_target("a star for a target", line("OPTIONS * HTTP/1.1")),
      malformed("a target with a fragment", target("/echo#a")),
      malformed("a target with a byte past ASCII", target("/echo?\xc3\xa9")),
      open("a target that begins with two slashes is a path", target("//t/echo"), {"404 unknown-path"}),
      open("a dotted path is no other path", target("/./echo"), {"404 unknown-path"}),
      open("a target of 1024 bytes", target("/echo?" + std::string(1018, 'a')), {"200 "}),
      refused("a target of 1025 bytes", target("/echo?" + std::string(1019, 'a')), "414 target-too-long"),
  };
}

}  // namespace metricstream::test
