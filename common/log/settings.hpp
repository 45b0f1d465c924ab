#pragma once

namespace metricstream {

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { logfmt, json };

struct LogSettings {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::logfmt;
};

}  // namespace metricstream
