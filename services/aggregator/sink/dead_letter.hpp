#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace metricstream::sink {

// A line that InfluxDB refused for good, on its way to `metrics-dlq`: payload line, the rest as headers.
struct DeadLetter {
  std::int32_t partition = 0;
  std::int64_t offset = 0;  // of the record in metrics-raw whose folding produced the line
  std::string policy;       // retention policy or bucket it was meant for
  std::string line;         // line protocol without newline
  int status = 0;           // HTTP status of the refusal
  std::string reason;       // InfluxDB's own words, printable
};

// Where refused lines go. A line counts as settled only once `done(true)` came.
class DeadLetterSink {
 public:
  virtual ~DeadLetterSink() = default;

  // Called on the sink's thread and must not block. `done` is called exactly once, from any thread, also from within
  // submit: true when the letter is stored durably, false when that failed (it is submitted again after a pause).
  virtual void submit(DeadLetter letter, std::function<void(bool stored)> done) = 0;
};

}  // namespace metricstream::sink
