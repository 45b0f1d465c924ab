#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/kafka/consumed_message.hpp"
#include "common/kafka/settings.hpp"

namespace metricstream::kafka {

// Offsets [begin, end) of one partition.
struct OffsetRange {
  std::int32_t partition = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool operator==(const OffsetRange&) const = default;
};

// Reads a topic's log without a group: commits nothing, joins nothing, disturbs nobody. One thread.
class LogReader {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LogReader>> create(ClientSettings settings, std::string topic,
                                                                 LogCallback log);
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  // What every partition holds now, by partition. Blocks up to `timeout` a request.
  [[nodiscard]] Result<std::vector<OffsetRange>> ranges(std::chrono::milliseconds timeout);

  // Reads exactly these ranges, order kept within a partition, and returns when all of them are read. `visit` may
  // return false to stop early. Fails when `timeout` passes without any progress.
  [[nodiscard]] Result<void> read(std::span<const OffsetRange> ranges, std::chrono::milliseconds timeout,
                                  const std::function<bool(const ConsumedMessage&)>& visit);

  // For following the log: from here on next() gives what comes, beginning at each range's begin (its end is ignored).
  [[nodiscard]] Result<void> follow(std::span<const OffsetRange> from);
  // nullopt: nothing within `timeout`.
  [[nodiscard]] Result<std::optional<ConsumedMessage>> next(std::chrono::milliseconds timeout);

 private:
  class Impl;
  explicit LogReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace metricstream::kafka
