#include "common/log/line.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <type_traits>

#include "common/base/duration.hpp"
#include "common/base/text.hpp"

namespace metricstream {
namespace {

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  out.append(buffer.data(), end);
}

// Bare where that cannot be misread, else quoted with \" and \\; control characters are \xNN already by printable().
void append_logfmt_text(std::string& out, std::string_view text) {
  const std::string safe = printable(text, kLogTextLimit);
  if (!safe.empty() && safe.find_first_of(" \"\\=") == std::string::npos) {
    out += safe;
    return;
  }
  out += '"';
  for (const char c : safe) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  append_json_escaped(out, printable(text, kLogTextLimit));
  out += '"';
}

void append_text(std::string& out, LogFormat format, std::string_view text) {
  if (format == LogFormat::json) return append_json_text(out, text);
  append_logfmt_text(out, text);
}

void append_value(std::string& out, LogFormat format, const LogValue& value) {
  const auto append = [&](const auto& held) {
    using Held = std::remove_cvref_t<decltype(held)>;
    if constexpr (std::is_same_v<Held, std::string_view>) {
      append_text(out, format, held);
    } else if constexpr (std::is_same_v<Held, bool>) {
      out += held ? "true" : "false";
    } else if constexpr (std::is_same_v<Held, std::chrono::nanoseconds>) {
      append_text(out, format, format_duration(held));
    } else if constexpr (std::is_same_v<Held, double>) {
      if (std::isfinite(held)) return append_number(out, held);
      append_text(out, format, std::isnan(held) ? "NaN" : held > 0 ? "+Inf" : "-Inf");
    } else {
      append_number(out, held);
    }
  };
  std::visit(append, value.get());
}

}  // namespace

std::string format_log_time(TimeNs time) {
  const TimeNs second = floor_to(time, kSecond);
  const std::time_t seconds = second / kSecond;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> buffer{};
  const std::size_t length = std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  const auto milliseconds = static_cast<unsigned>((time - second) / kMillisecond);
  std::snprintf(buffer.data() + length, buffer.size() - length, ".%03uZ", milliseconds);
  return buffer.data();
}

std::string_view level_name(LogLevel level) {
  constexpr std::array<std::string_view, 4> names{"debug", "info", "warn", "error"};
  return names[static_cast<std::size_t>(level)];
}

void append_log_field(std::string& out, LogFormat format, std::string_view key, const LogValue& value) {
  if (format == LogFormat::json) {
    out += ",\"";
    append_json_escaped(out, key);
    out += "\":";
  } else {
    out += ' ';
    out += key;
    out += '=';
  }
  append_value(out, format, value);
}

std::string format_log_line(LogFormat format, const LogLine& line) {
  const bool json = format == LogFormat::json;
  std::string out = json ? "{\"ts\":\"" : "ts=";
  out += format_log_time(line.time);
  out += json ? "\",\"level\":\"" : " level=";
  out += level_name(line.level);
  if (json) out += '"';
  if (!line.component.empty()) append_log_field(out, format, "component", line.component);
  out += json ? ",\"msg\":" : " msg=";
  append_text(out, format, line.message);
  out += line.context;
  for (const LogField& field : line.fields) append_log_field(out, format, field.key, field.value);
  if (line.suppressed > 0) append_log_field(out, format, "suppressed", line.suppressed);
  if (json) out += '}';
  return out;
}

}  // namespace metricstream
