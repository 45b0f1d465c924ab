#pragma once

#include <concepts>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/log/logger.hpp"
#include "common/log/throttle.hpp"
#include "services/ingestion/second_budget.hpp"

namespace metricstream::ingestion {

// Tells the operator which limit refused whom and by how much: one line per reason and client in 10 s, with the number
// of those in between, and no more than 100 lines in a second of the clock, however many clients there are or are
// invented. Thread-safe.
class RefusalLog {
 public:
  static constexpr std::uint32_t kLinesPerSecond = 100;

  // `clock` must outlive the log.
  RefusalLog(Logger log, const Clock& clock) : log_(std::move(log)), clock_(clock) {}

  // `client` is empty where it is not known, or where it is nobody's fault; `detail` makes the text that names limit,
  // level and excess. It is only asked where a line is due: in a flood nearly never.
  template <std::invocable Detail>
  void refused(std::string_view reason, std::string_view client, const Detail& detail, std::string_view request_id) {
    if (const auto left_out = admit(reason, client)) write(reason, client, detail(), request_id, *left_out);
  }
  // Of a replica that has no room, which is nobody's fault: one line stands for all clients. It still says whose
  // request it was.
  template <std::invocable Detail>
  void overloaded(std::string_view client, const Detail& detail, std::string_view request_id) {
    refused("overload", "", [&] { return detail() + ", a request of " + std::string(client); }, request_id);
  }

 private:
  // How many were left out since the line before: of the same reason and client, and of all because of the second.
  struct LeftOut {
    std::uint64_t same;
    std::uint64_t others;
  };
  // Nothing: no line.
  [[nodiscard]] std::optional<LeftOut> admit(std::string_view reason, std::string_view client);
  void write(std::string_view reason, std::string_view client, std::string_view detail, std::string_view request_id,
             const LeftOut& left_out) const;

  Logger log_;
  const Clock& clock_;
  std::mutex mutex_;
  Throttle throttle_;
  std::string key_;  // of the throttle; kept for its memory
  SecondBudget lines_{kLinesPerSecond};
  std::uint64_t left_out_ = 0;
};

}  // namespace metricstream::ingestion
