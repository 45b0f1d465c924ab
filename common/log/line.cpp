#include "common/log/line.hpp"

#include <algorithm>
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

// Not 1.5e-05: people read it, and sort by it.
void append_number(std::string& out, double number) {
  const double size = std::abs(number);
  if (number != 0 && (size < 1e-6 || size >= 1e15)) return append_number<double>(out, number);
  std::array<char, 48> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
  out.append(buffer.data(), end);
}

// What stands in a value without quotes.
bool is_bare(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = printable_length(text, at);
    if (length == 0 || std::string_view(" \"\\=").contains(text[at])) return false;
    at += length;
  }
  return !text.empty();
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      append_hex_escape(out, c);
  }
}

// Bare where that cannot be misread, else quoted with \" \\ \n \r \t and \xNN, as Go writes it: every text is written
// in a way of its own and can be read back to the byte.
void append_logfmt_text(std::string& out, std::string_view text) {
  if (is_bare(text)) {
    out += text;
    return;
  }
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = printable_length(text, at);
    if (length == 0) append_escape(out, text[at]);
    if (text[at] == '"' || text[at] == '\\') out += '\\';
    out += text.substr(at, length);
    at += std::max<std::size_t>(length, 1);
  }
  out += '"';
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  append_json_escaped(out, text);
  out += '"';
}

void append_text(std::string& out, LogFormat format, std::string_view text) {
  std::string cut;
  if (text.size() > kLogTextLimit) {
    cut.append(cut_text(text, kLogTextLimit)).append("...");
    text = cut;
  }
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
