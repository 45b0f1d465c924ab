#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace metricstream::aggregator {

// Where records that cannot be decoded go.
class DeadRecordSink {
 public:
  virtual ~DeadRecordSink() = default;

  // Must not block; copies what it keeps. `done` is called exactly once, from any thread, also from within
  // submit_record: true when the record is stored durably, false when that failed.
  virtual void submit_record(std::int32_t partition, std::int64_t offset, std::string_view record,
                             std::string_view reason, std::function<void(bool stored)> done) = 0;
};

}  // namespace metricstream::aggregator
