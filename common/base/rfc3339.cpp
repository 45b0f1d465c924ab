#include "common/base/rfc3339.hpp"

#include <chrono>
#include <cstdio>

namespace metricstream {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A cursor over a date's fixed-width digits; any mismatch makes it fail for good.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : text_(text) {}

  [[nodiscard]] int number(std::size_t width, int low, int high) {
    int value = 0;
    if (text_.size() < width) return fail();
    for (const char c : text_.substr(0, width)) {
      if (!is_digit(c)) return fail();
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(width);
    return value >= low && value <= high ? value : fail();
  }
  // One of the bytes in `choices`; 0 where it is none of them.
  char one_of(std::string_view choices) {
    if (text_.empty() || !choices.contains(text_.front())) {
      fail();
      return 0;
    }
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }
  // ".123" in ns, 0 where there is no fraction; digits behind the ninth are cut.
  [[nodiscard]] std::int64_t fraction() {
    if (!text_.starts_with('.')) return 0;
    text_.remove_prefix(1);
    std::int64_t ns = 0;
    std::size_t count = 0;
    for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1), ++count) {
      if (count < 9) ns = ns * 10 + (text_.front() - '0');
    }
    if (count == 0) return fail();
    for (; count < 9; ++count) ns *= 10;
    return ns;
  }
  [[nodiscard]] bool is_done() const { return ok_ && text_.empty(); }

 private:
  int fail() {
    ok_ = false;
    return 0;
  }
  std::string_view text_;
  bool ok_ = true;
};

}  // namespace

std::optional<TimeNs> parse_rfc3339(std::string_view text) {
  DateReader reader(text);
  const int year = reader.number(4, 0, 9999);
  reader.one_of("-");
  const int month = reader.number(2, 1, 12);
  reader.one_of("-");
  const int day = reader.number(2, 1, 31);
  reader.one_of("Tt ");
  const int hour = reader.number(2, 0, 23);
  reader.one_of(":");
  const int minute = reader.number(2, 0, 59);
  reader.one_of(":");
  const int second = reader.number(2, 0, 60);
  const std::int64_t fraction = reader.fraction();
  const char sign = reader.one_of("Zz+-");
  int offset = 0;  // minutes
  if (sign == '+' || sign == '-') {
    offset = reader.number(2, 0, 23) * 60;
    reader.one_of(":");
    offset += reader.number(2, 0, 59);
    if (sign == '-') offset = -offset;
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!reader.is_done() || !date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second;
  constexpr std::int64_t limit = kMaxRfc3339Time / kSecond;
  if (seconds <= -limit || seconds >= limit) return std::nullopt;
  return seconds * kSecond + fraction;
}

std::string format_rfc3339(TimeNs time) {
  const TimeNs start = floor_to(time, kSecond);
  const std::int64_t days = floor_to(start, 24 * kHour) / (24 * kHour);
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  const int seconds = static_cast<int>(start / kSecond - days * 86'400);
  char text[40];
  int size = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                           static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), seconds / 3600,
                           seconds / 60 % 60, seconds % 60);
  std::string out(text, static_cast<std::size_t>(size));
  TimeNs rest = time - start;
  if (rest > 0) {
    size = std::snprintf(text, sizeof text, ".%09d", static_cast<int>(rest));
    std::string_view fraction(text, static_cast<std::size_t>(size));
    while (fraction.ends_with('0')) fraction.remove_suffix(1);
    out += fraction;
  }
  return out + "Z";
}

}  // namespace metricstream
