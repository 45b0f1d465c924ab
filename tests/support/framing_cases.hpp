#pragma once

#include <string>
#include <vector>

// Byte sequences that servers in a row have been known to read differently, and what ours makes of each. They are sent
// over real sockets (tests/integration/http/framing_table_test.cpp) and are the seeds of tests/fuzz/fuzz_framing.cpp.
namespace metricstream::test {

enum class After {
  open,    // the connection serves the next request
  closed,  // what follows is never looked at
  waits,   // for the rest of a request
};

struct FramingCase {
  std::string what;
  std::string wire;
  // One an answer: its status, and behind a blank the body of a 200, or which error it is (its error_id without the
  // "err-ms-" in front): "200 hello", "400 bad-host".
  std::vector<std::string> answers;
  After after;
};

[[nodiscard]] std::vector<FramingCase> line_cases();      // line ends, request line, fields
[[nodiscard]] std::vector<FramingCase> host_cases();      // Host, targets
[[nodiscard]] std::vector<FramingCase> length_cases();    // Content-Length
[[nodiscard]] std::vector<FramingCase> encoding_cases();  // Transfer-Encoding
[[nodiscard]] std::vector<FramingCase> chunk_cases();     // chunks, trailers
[[nodiscard]] std::vector<FramingCase> session_cases();   // versions, Expect, Connection, pipelining

[[nodiscard]] std::vector<FramingCase> framing_cases();  // all of them

// A request with a body that must never be answered where a connection is closed before.
[[nodiscard]] std::string smuggled_request();

}  // namespace metricstream::test
