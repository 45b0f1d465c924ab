#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "tests/support/mock_kafka.hpp"

namespace metricstream::test {

// Appends records with LogAppendTime to a topic of the mock cluster, which itself knows only CreateTime: it stores a
// batch as it was sent, so this one is sent by hand and marked as a broker would have marked it. One broker only.
class AppendTimeLog {
 public:
  AppendTimeLog(const MockKafka& cluster, std::string topic);
  ~AppendTimeLog();
  AppendTimeLog(const AppendTimeLog&) = delete;
  AppendTimeLog& operator=(const AppendTimeLog&) = delete;

  // The record's offset; -1, and the test fails, where it was not stored. With a `hole` the record says of itself that
  // it is so many offsets further on.
  std::int64_t append(std::int32_t partition, TimeNs at, std::string_view payload, int hole = 0);

 private:
  std::string topic_;
  int socket_ = -1;
};

}  // namespace metricstream::test
