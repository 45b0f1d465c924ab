// For the files of framing_cases.hpp: short ways to write a request.
#pragma once

#include <string>

#include "tests/support/framing_cases.hpp"

namespace metricstream::test::wire {

// POST /echo with Host; `fields` are complete lines.
inline std::string post(const std::string& fields, const std::string& body = {}) {
  return "POST /echo HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n" + body;
}
inline std::string sized(const std::string& body) {
  return post("Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}
inline std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }

inline FramingCase open(std::string what, std::string bytes, std::vector<std::string> answers) {
  return {std::move(what), std::move(bytes), std::move(answers), After::open};
}
// One refusal, and the end of the connection.
inline FramingCase refused(std::string what, std::string bytes, const std::string& answer) {
  return {std::move(what), std::move(bytes), {answer}, After::closed};
}
inline FramingCase malformed(std::string what, std::string bytes) {
  return refused(std::move(what), std::move(bytes), "400 malformed-header");
}
inline FramingCase bad_host(std::string what, std::string bytes) {
  return refused(std::move(what), std::move(bytes), "400 bad-host");
}
inline FramingCase bad_target(std::string what, std::string bytes) {
  return refused(std::move(what), std::move(bytes), "400 bad-target");
}
inline FramingCase bad_length(std::string what, std::string bytes) {
  return refused(std::move(what), std::move(bytes), "400 bad-content-length");
}
inline FramingCase ambiguous(std::string what, std::string bytes) {
  return refused(std::move(what), std::move(bytes), "400 ambiguous-length");
}
inline FramingCase bad_chunk(std::string what, std::string bytes) {
  return refused(std::move(what), std::move(bytes), "400 malformed-chunk");
}

}  // namespace metricstream::test::wire
