#pragma once

#include <mutex>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/log/logger.hpp"
#include "common/log/throttle.hpp"

namespace metricstream::ingestion {

// Tells the operator which limit refused whom and by how much: one line per reason and client in 10 s, with the number
// of those in between. Thread-safe.
class RefusalLog {
 public:
  // `clock` must outlive the log.
  RefusalLog(Logger log, const Clock& clock) : log_(std::move(log)), clock_(clock) {}

  // `client` is empty where it is not known; `detail` names limit, level and excess.
  void refused(std::string_view reason, std::string_view client, std::string_view detail, std::string_view request_id);

 private:
  Logger log_;
  const Clock& clock_;
  std::mutex mutex_;
  Throttle throttle_;
};

}  // namespace metricstream::ingestion
