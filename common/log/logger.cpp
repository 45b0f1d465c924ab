#include "common/log/logger.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <mutex>
#include <utility>

#include "common/log/line.hpp"
#include "common/log/throttle.hpp"

namespace metricstream {
namespace {

// Hands finished lines to a function.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(LogSink sink) : sink_(std::move(sink)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    sink_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

 private:
  LogSink sink_;
};

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace

struct Logger::Core {
  Core(const LogSettings& settings, spdlog::sink_ptr sink, const Clock& time)
      : out("metricstream", std::move(sink)), level(settings.level), format(settings.format), clock(time) {
    // The line is finished here; spdlog only brings it out, a line at a time.
    out.set_pattern("%v");
    out.set_level(spdlog_level(settings.level));
    out.flush_on(spdlog::level::err);
  }

  spdlog::logger out;
  LogLevel level;
  LogFormat format;
  const Clock& clock;
  std::mutex throttle_mutex;
  Throttle throttle;
};

Logger::Logger(const LogSettings& settings)
    : core_(std::make_shared<Core>(settings, std::make_shared<spdlog::sinks::stderr_sink_mt>(), system_clock())) {}

Logger::Logger(const LogSettings& settings, LogSink sink, const Clock& clock)
    : core_(std::make_shared<Core>(settings, std::make_shared<FunctionSink>(std::move(sink)), clock)) {}

Logger Logger::null() {
  return Logger({.level = LogLevel::error}, [](std::string_view) {}, system_clock());
}

Logger Logger::with(std::string_view component) const {
  Logger out = *this;
  out.component_ = component;
  return out;
}

Logger Logger::with_field(std::string_view key, LogValue value) const {
  Logger out = *this;
  append_log_field(out.context_, core_->format, key, value);
  return out;
}

bool Logger::enabled(LogLevel level) const { return level >= core_->level; }

void Logger::repeated(LogLevel level, std::string_view message, LogFields fields) const {
  if (!enabled(level)) return;
  const std::string key = component_ + '\n' + std::string(message);
  std::optional<std::uint64_t> suppressed;
  {
    const std::lock_guard lock(core_->throttle_mutex);
    suppressed = core_->throttle.admit(key, core_->clock.now());
  }
  if (suppressed) write(level, message, fields, *suppressed);
}

void Logger::write(LogLevel level, std::string_view message, LogFields fields, std::uint64_t suppressed) const {
  if (!enabled(level)) return;
  const std::string line = format_log_line(core_->format, {.time = core_->clock.now(),
                                                           .level = level,
                                                           .component = component_,
                                                           .message = message,
                                                           .context = context_,
                                                           .fields = fields,
                                                           .suppressed = suppressed});
  core_->out.log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace metricstream
