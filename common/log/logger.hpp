#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/log/settings.hpp"

namespace metricstream {

// The value of a log field. Holds views: text must live until the call returns, which temporaries of the call do.
class LogValue {
 public:
  LogValue(std::string_view text) : value_(text) {}                             // NOLINT(google-explicit-constructor)
  LogValue(const char* text) : value_(std::string_view(text)) {}                // NOLINT(google-explicit-constructor)
  LogValue(const std::string& text) : value_(std::string_view(text)) {}         // NOLINT(google-explicit-constructor)
  LogValue(const Error& error) : value_(std::string_view(error.message)) {}     // NOLINT(google-explicit-constructor)
  LogValue(std::same_as<bool> auto truth) : value_(truth) {}                    // NOLINT(google-explicit-constructor)
  LogValue(std::signed_integral auto number) : value_(std::int64_t{number}) {}  // NOLINT(google-explicit-constructor)
  LogValue(std::unsigned_integral auto number)                                  // NOLINT(google-explicit-constructor)
    requires(!std::same_as<decltype(number), bool>)
      : value_(std::uint64_t{number}) {}
  LogValue(double number) : value_(number) {}  // NOLINT(google-explicit-constructor)
  template <class Rep, class Period>
  LogValue(std::chrono::duration<Rep, Period> duration)  // NOLINT(google-explicit-constructor)
      : value_(std::chrono::duration_cast<std::chrono::nanoseconds>(duration)) {}

  using Alternatives =
      std::variant<std::string_view, bool, std::int64_t, std::uint64_t, double, std::chrono::nanoseconds>;
  [[nodiscard]] const Alternatives& get() const { return value_; }

 private:
  Alternatives value_;
};

struct LogField {
  std::string_view key;  // of our own choosing: [a-z_.]+
  LogValue value;
};

using LogFields = std::initializer_list<LogField>;

// Takes one finished line without its newline; called by one thread at a time.
using LogSink = std::function<void(std::string_view line)>;

// Structured logging, one line an event, to standard error: logfmt (`ts=... level=info component=... msg="..." k=v`) or
// JSON. Texts are escaped and cut (line.hpp), so client bytes cannot forge lines. A value passed by constructor, cheap
// to copy; all copies share one sink. Thread-safe; a call blocks while standard error does.
class Logger {
 public:
  // To standard error.
  explicit Logger(const LogSettings& settings);
  // For tests.
  Logger(const LogSettings& settings, LogSink sink, const Clock& clock);
  // Drops everything.
  [[nodiscard]] static Logger null();

  // The same logger under another component name.
  [[nodiscard]] Logger with(std::string_view component) const;
  // The same logger with a field on every line.
  [[nodiscard]] Logger with_field(std::string_view key, LogValue value) const;

  void debug(std::string_view message, LogFields fields = {}) const { write(LogLevel::debug, message, fields); }
  void info(std::string_view message, LogFields fields = {}) const { write(LogLevel::info, message, fields); }
  void warn(std::string_view message, LogFields fields = {}) const { write(LogLevel::warn, message, fields); }
  void error(std::string_view message, LogFields fields = {}) const { write(LogLevel::error, message, fields); }
  void log(LogLevel level, std::string_view message, LogFields fields = {}) const { write(level, message, fields); }

  // For what may happen thousands of times a second: at most one line per 10 s for the same component and message, the
  // next one with suppressed=N.
  void repeated(LogLevel level, std::string_view message, LogFields fields = {}) const;

  [[nodiscard]] bool enabled(LogLevel level) const;

 private:
  struct Core;
  void write(LogLevel level, std::string_view message, LogFields fields, std::uint64_t suppressed = 0) const;

  std::shared_ptr<Core> core_;
  std::string component_;
  std::string context_;  // prepared fields of with_field
};

}  // namespace metricstream
