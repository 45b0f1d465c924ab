#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/log/logger.hpp"
#include "common/log/throttle.hpp"

namespace metricstream::ingestion {

// Tells the operator which limit refused whom and by how much: one line per reason and client in 10 s, with the number
// of those in between, and no more than 100 lines in a second of the clock, however many clients there are or are
// invented. Thread-safe.
class RefusalLog {
 public:
  static constexpr std::uint32_t kLinesPerSecond = 100;

  // `clock` must outlive the log.
  RefusalLog(Logger log, const Clock& clock) : log_(std::move(log)), clock_(clock) {}

  // `client` is empty where it is not known; `detail` names limit, level and excess.
  void refused(std::string_view reason, std::string_view client, std::string_view detail, std::string_view request_id);

 private:
  // How many were left out since the line before: of the same reason and client, and of all because of the second.
  struct LeftOut {
    std::uint64_t same;
    std::uint64_t others;
  };
  // Nothing: no line.
  [[nodiscard]] std::optional<LeftOut> admit(std::string_view reason, std::string_view client);

  Logger log_;
  const Clock& clock_;
  std::mutex mutex_;
  Throttle throttle_;
  TimeNs second_ = INT64_MIN;
  std::uint32_t lines_ = 0;  // in that second
  std::uint64_t left_out_ = 0;
};

}  // namespace metricstream::ingestion
