#pragma once

#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "common/log/logger.hpp"

namespace metricstream {

// Longest text of a message or field, in bytes before it is escaped; a longer one is cut and ends in "...".
constexpr std::size_t kLogTextLimit = 1024;

// "2026-01-02T03:04:05.678Z"
[[nodiscard]] std::string format_log_time(TimeNs time);

[[nodiscard]] std::string_view level_name(LogLevel level);

// Appends " key=value" (logfmt) or ",\"key\":value" (JSON). Texts that differ are written differently: logfmt quotes
// where it must, with \" \\ \n \r \t and \xNN for control characters and bytes that are no UTF-8; JSON by its own
// rules, where each such byte becomes U+FFFD.
void append_log_field(std::string& out, LogFormat format, std::string_view key, const LogValue& value);

struct LogLine {
  TimeNs time;
  LogLevel level;
  std::string_view component;
  std::string_view message;
  std::string_view context;  // already in the format, by append_log_field
  LogFields fields;
  std::uint64_t suppressed;
};

// One event as one line without newline; pure.
[[nodiscard]] std::string format_log_line(LogFormat format, const LogLine& line);

}  // namespace metricstream
